// Cross-entropy of a label in [0, 1] and a logit x: max(x, 0) - x label + log(1 + exp(-|x|)), which is finite
// for large logits. Keras's BinaryCrossentropy(from_logits=True).
#pragma once

#include <algorithm>
#include <cmath>

#include "shortlist/losses/pointwise_loss.h"

namespace shortlist {

struct BinaryCrossentropy {
  static constexpr const char* kName = "binary_crossentropy";
  static constexpr Prediction kPrediction = Prediction::probability;

  template <typename Visitor>
  void fields(Visitor&) {}

  LossAt at(double logit, double label) const {
    const double loss = std::max(logit, 0.0) - logit * label + std::log1p(std::exp(-std::abs(logit)));
    return {loss, 1 / (1 + std::exp(-logit)) - label};
  }
};

}  // namespace shortlist
