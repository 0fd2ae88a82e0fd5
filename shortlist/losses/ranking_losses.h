// The losses that a [[ranking]] section can name. All are means over the rows or the groups of a batch.
#pragma once

#include "shortlist/losses/binary_crossentropy.h"
#include "shortlist/losses/categorical_crossentropy.h"
#include "shortlist/losses/huber.h"
#include "shortlist/losses/listwise_losses.h"
#include "shortlist/losses/log_cosh.h"
#include "shortlist/losses/loss_choice.h"
#include "shortlist/losses/mean_absolute_error.h"
#include "shortlist/losses/mean_squared_error.h"
#include "shortlist/losses/pairwise_losses.h"

namespace shortlist {

enum class RankingLossKind : size_t {};

// To add a loss, add a line here.
using RankingLossChoice = LossChoice<RankingLossKind,           //
                                     MeanSquaredError,          //
                                     MeanAbsoluteError,         //
                                     Huber,                     //
                                     BinaryCrossentropy,        //
                                     LogCosh,                   //
                                     CategoricalCrossentropy,   //
                                     PairwiseHinge,             //
                                     PairwiseLogistic,          //
                                     PairwiseSoftZeroOne,       //
                                     PairwiseMeanSquaredError,  //
                                     ListMle,                   //
                                     ListwiseSoftmax>;

template <>
struct EnumNames<RankingLossKind> {
  static constexpr auto names = RankingLossChoice::kNames;
};

struct RankingLoss : RankingLossChoice {
  double temperature = 1;  // of losses over groups

  template <typename Visitor>
  void fields(Visitor& visit) {
    RankingLossChoice::fields(visit);
    visit("temperature", temperature,
          "For the losses that compare rows: divides the scores. pairwise_mean_squared_error has none.",
          Range::above(0));
  }

  // What the scores of the chosen loss predict.
  Prediction prediction() const;
  // Whether it compares the rows of a group.
  bool compares_rows() const { return prediction() == Prediction::score; }
  // The number of scores of a row: 1, or the number of classes.
  int width() const;
  LossPtr make() const;
};

}  // namespace shortlist
