// error^2 / 2 up to |error| = delta, then delta (|error| - delta / 2), with error = score - label. Keras's
// Huber.
#pragma once

#include <cmath>

#include "shortlist/losses/pointwise_loss.h"

namespace shortlist {

struct Huber {
  static constexpr const char* kName = "huber";
  static constexpr Prediction kPrediction = Prediction::label;

  double delta = 1;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("delta", delta,
          "For huber: the error at which the loss changes from quadratic to linear, in deviations if the "
          "label is standardised",
          Range::above(0));
  }

  LossAt at(double score, double label) const {
    const double error = score - label;
    if (std::abs(error) <= delta) return {error * error / 2, error};
    return {delta * (std::abs(error) - delta / 2), error > 0 ? delta : -delta};
  }
};

}  // namespace shortlist
