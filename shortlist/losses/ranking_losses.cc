#include "shortlist/losses/ranking_losses.h"

namespace shortlist {

Prediction RankingLoss::prediction() const {
  Prediction prediction{};
  with_chosen([&](const auto& loss) { prediction = loss.kPrediction; });
  return prediction;
}

int RankingLoss::width() const {
  if (prediction() != Prediction::classes) return 1;
  return std::get<CategoricalCrossentropy>(settings).classes;
}

LossPtr RankingLoss::make() const {
  LossPtr made;
  with_chosen([&]<typename L>(const L& loss) {
    if constexpr (requires { loss.at(0.0, 0.0); }) {
      made = std::make_unique<PointwiseLoss<L>>(loss);
    } else if constexpr (requires { L::kOverGroups; }) {
      made = std::make_unique<GroupLossOf<L>>(loss, temperature);
    } else {
      made = loss.make();
    }
  });
  return made;
}

}  // namespace shortlist
