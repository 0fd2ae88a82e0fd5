// log(cosh(error)) with error = score - label: a smooth function, about error^2 / 2 for small errors and
// |error| - log 2 for large ones. Computed as |error| + log(1 + exp(-2 |error|)) - log 2, which does not
// overflow. Keras's LogCosh.
#pragma once

#include <cmath>
#include <numbers>

#include "shortlist/losses/pointwise_loss.h"

namespace shortlist {

struct LogCosh {
  static constexpr const char* kName = "log_cosh";
  static constexpr Prediction kPrediction = Prediction::label;

  template <typename Visitor>
  void fields(Visitor&) {}

  LossAt at(double score, double label) const {
    const double error = score - label, size = std::abs(error);
    return {size + std::log1p(std::exp(-2 * size)) - std::numbers::ln2, std::tanh(error)};
  }
};

}  // namespace shortlist
