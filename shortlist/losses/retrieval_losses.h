// The losses that the [retrieval] section can name, and their common settings.
#pragma once

#include "shortlist/losses/loss_choice.h"
#include "shortlist/losses/retrieval_loss_settings.h"

namespace shortlist {

enum class RetrievalLossKind : size_t {};

// To add a loss, add a line here.
using RetrievalLossChoice = LossChoice<RetrievalLossKind,            //
                                       InBatchSoftmaxSettings,       //
                                       SampledSoftmaxSettings,       //
                                       FullSoftmaxSettings,          //
                                       BprSettings,                  //
                                       HingeSettings,                //
                                       CosineContrastiveSettings,    //
                                       SampledCrossentropySettings,  //
                                       GbceSettings>;

template <>
struct EnumNames<RetrievalLossKind> {
  static constexpr auto names = RetrievalLossChoice::kNames;
};

struct RetrievalLoss : RetrievalLossChoice {
  double temperature = 1;
  int hard_negatives = 0;
  std::optional<AccidentalHits> accidental_hits;
  NegativesConfig negatives;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("temperature", temperature, "Divides the scores of the loss", Range::above(0));
    RetrievalLossChoice::fields(visit);
    visit("negatives", negatives, "The items to which a row's item is compared");
    visit("accidental_hits", accidental_hits,
          "Which negatives are left out: none; item, other rows with the row's own item; user, these and all "
          "items that the row's user took in the training rows. The default is none for in_batch_softmax, as "
          "in TensorFlow Recommenders, and item for the other losses.");
    visit("hard_negatives", hard_negatives,
          "For in_batch_softmax: compare only with that many negatives, those with the highest scores. 0 "
          "means all.",
          Range::at_least(0));
  }

  // The negatives with the defaults of the chosen loss.
  Negatives resolved_negatives() const;
  // With the settings above; those of `options` are replaced.
  LossPtr make(LossOptions options) const;
};

}  // namespace shortlist
