// Losses of a predicted label, one number a row. Formulas are Keras's; every loss is a mean over the batch's
// rows.
#pragma once

#include <span>
#include <string_view>

#include "shortlist/base/fields.h"

namespace shortlist {

enum class RatingLoss {
  mean_squared_error,   // (p - y)^2
  mean_absolute_error,  // |p - y|
  huber,                // (p - y)^2 / 2 up to |p - y| = delta, then delta (|p - y| - delta / 2)
  binary_crossentropy,  // of y in [0, 1] and the logit p: max(p, 0) - p y + log(1 + exp(-|p|))
};

template <>
struct EnumNames<RatingLoss> {
  static constexpr std::pair<RatingLoss, std::string_view> names[] = {
      {RatingLoss::mean_squared_error, "mean_squared_error"},
      {RatingLoss::mean_absolute_error, "mean_absolute_error"},
      {RatingLoss::huber, "huber"},
      {RatingLoss::binary_crossentropy, "binary_crossentropy"}};
};

// One row's loss and its derivative by the prediction.
struct LossAt {
  double loss, derivative;
};
LossAt rating_loss(RatingLoss kind, double prediction, double label, double delta);

// What a person reads: the prediction itself, or for binary_crossentropy the probability,
// sigmoid(prediction).
float predicted_label(RatingLoss kind, float prediction);

}  // namespace shortlist
