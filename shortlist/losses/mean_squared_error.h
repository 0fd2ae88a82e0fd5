// (score - label)^2, Keras's MeanSquaredError.
#pragma once

#include "shortlist/losses/pointwise_loss.h"

namespace shortlist {

struct MeanSquaredError {
  static constexpr const char* kName = "mean_squared_error";
  static constexpr Prediction kPrediction = Prediction::label;

  template <typename Visitor>
  void fields(Visitor&) {}

  LossAt at(double score, double label) const {
    const double error = score - label;
    return {error * error, 2 * error};
  }
};

}  // namespace shortlist
