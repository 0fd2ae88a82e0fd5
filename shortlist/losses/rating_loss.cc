#include "shortlist/losses/rating_loss.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shortlist {

LossAt rating_loss(RatingLoss kind, double prediction, double label, double delta) {
  const double error = prediction - label;
  const double sign = error > 0 ? 1 : error < 0 ? -1 : 0;
  switch (kind) {
    case RatingLoss::mean_squared_error:
      return {error * error, 2 * error};
    case RatingLoss::mean_absolute_error:
      return {std::abs(error), sign};
    case RatingLoss::huber:
      if (std::abs(error) <= delta) return {error * error / 2, error};
      return {delta * (std::abs(error) - delta / 2), delta * sign};
    case RatingLoss::binary_crossentropy:
      break;
  }
  const double loss =
      std::max(prediction, 0.0) - prediction * label + std::log1p(std::exp(-std::abs(prediction)));
  return {loss, 1 / (1 + std::exp(-prediction)) - label};
}

LabelScale fit_label_scale(std::span<const float> labels, std::span<const float> weights) {
  const auto weight_of = [&](size_t i) { return weights.empty() ? 1.0 : double{weights[i]}; };
  double total = 0, sum = 0, squares = 0;
  float least = std::numeric_limits<float>::max(), most = std::numeric_limits<float>::lowest();
  for (size_t i = 0; i < labels.size(); ++i) {
    if (weight_of(i) <= 0) continue;
    total += weight_of(i);
    sum += weight_of(i) * labels[i];
    least = std::min(least, labels[i]);
    most = std::max(most, labels[i]);
  }
  if (total <= 0) return {};
  if (least == most) return {.mean = least};
  const double mean = sum / total;
  for (size_t i = 0; i < labels.size(); ++i)
    squares += weight_of(i) * (labels[i] - mean) * (labels[i] - mean);
  return {.mean = mean, .deviation = std::sqrt(squares / total)};
}

float predicted_label(RatingLoss kind, float prediction, const LabelScale& scale) {
  if (kind == RatingLoss::binary_crossentropy) return 1 / (1 + std::exp(-prediction));
  if (scale == LabelScale()) return prediction;
  return static_cast<float>(scale.original(prediction));
}

}  // namespace shortlist
