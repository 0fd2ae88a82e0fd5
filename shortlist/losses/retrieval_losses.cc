#include "shortlist/losses/retrieval_losses.h"

#include "shortlist/losses/full_softmax.h"
#include "shortlist/losses/in_batch_softmax.h"
#include "shortlist/losses/pairwise_loss.h"

namespace shortlist {
namespace {

LossPtr pairwise(PairFormulaPtr formula, const LossOptions& options) {
  return std::make_unique<PairwiseLoss>(std::move(formula), options);
}

}  // namespace

LossPtr InBatchSoftmaxSettings::make(const LossOptions& options) const {
  return std::make_unique<InBatchSoftmax>(options);
}
LossPtr FullSoftmaxSettings::make(const LossOptions& options) const {
  return std::make_unique<FullSoftmax>(options);
}
LossPtr SampledSoftmaxSettings::make(const LossOptions& options) const {
  return pairwise(sampled_softmax_formula(), options);
}
LossPtr BprSettings::make(const LossOptions& options) const { return pairwise(bpr_formula(), options); }
LossPtr HingeSettings::make(const LossOptions& options) const {
  return pairwise(hinge_formula(margin), options);
}
LossPtr CosineContrastiveSettings::make(const LossOptions& options) const {
  return pairwise(cosine_contrastive_formula(cosine_margin, negative_weight), options);
}
LossPtr SampledCrossentropySettings::make(const LossOptions& options) const {
  return pairwise(binary_formula(), options);
}
LossPtr GbceSettings::make(const LossOptions& options) const {
  return pairwise(gbce_formula(calibration), options);
}

Negatives RetrievalLoss::resolved_negatives() const {
  Negatives all;
  with_chosen([&](const auto& loss) { all = loss.kNegatives; });
  all.in_batch = negatives.in_batch.value_or(all.in_batch);
  all.per_pair = negatives.per_pair.value_or(all.per_pair);
  all.accidental_hits = accidental_hits.value_or(all.accidental_hits);
  all.earlier = static_cast<size_t>(negatives.earlier);
  all.power = negatives.power;
  if (!negatives.uniform && !negatives.popularity) return all;
  all.uniform = static_cast<size_t>(negatives.uniform.value_or(0));
  all.popularity = static_cast<size_t>(negatives.popularity.value_or(0));
  return all;
}

LossPtr RetrievalLoss::make(LossOptions options) const {
  options.temperature = static_cast<float>(temperature);
  options.hard_negatives = hard_negatives;
  options.accidental_hits = resolved_negatives().accidental_hits;
  LossPtr made;
  with_chosen([&](const auto& loss) { made = loss.make(options); });
  return made;
}

}  // namespace shortlist
