#include "shortlist/losses/rating_loss.h"

#include <algorithm>
#include <cmath>

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

float predicted_label(RatingLoss kind, float prediction) {
  return kind == RatingLoss::binary_crossentropy ? 1 / (1 + std::exp(-prediction)) : prediction;
}

}  // namespace shortlist
