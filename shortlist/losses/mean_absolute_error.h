// |score - label|, Keras's MeanAbsoluteError.
#pragma once

#include <cmath>

#include "shortlist/losses/pointwise_loss.h"

namespace shortlist {

struct MeanAbsoluteError {
  static constexpr const char* kName = "mean_absolute_error";
  static constexpr Prediction kPrediction = Prediction::label;

  template <typename Visitor>
  void fields(Visitor&) {}

  LossAt at(double score, double label) const {
    const double error = score - label;
    return {std::abs(error), error > 0 ? 1.0 : error < 0 ? -1.0 : 0.0};
  }
};

}  // namespace shortlist
