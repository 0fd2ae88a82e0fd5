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

// Between a label in its own unit and the unit that a model is trained in. The default changes nothing.
struct LabelScale {
  double mean = 0, deviation = 1;  // deviation > 0

  double standardized(double label) const { return (label - mean) / deviation; }
  double original(double standardized) const { return mean + deviation * standardized; }
  bool operator==(const LabelScale&) const = default;
};

// Scale of labels whose weighted mean and deviation are 0 and 1 on it. `weights` may be empty. Equal labels
// keep the deviation 1; without a row of positive weight the scale is the default.
LabelScale fit_label_scale(std::span<const float> labels, std::span<const float> weights);

// What a person reads: the prediction in the label's own unit, or for binary_crossentropy the probability,
// sigmoid(prediction).
float predicted_label(RatingLoss kind, float prediction, const LabelScale& scale = {});

}  // namespace shortlist
