#include "shortlist/metrics/predictions.h"

#include <cmath>

#include "shortlist/base/error.h"

namespace shortlist {

void check_finite(const Predictions& p) {
  for (size_t i = 0; i < p.rows(); ++i) {
    if (!std::isfinite(p.prediction[i]) || !std::isfinite(p.label[i]) || !std::isfinite(p.weight_of(i)))
      throw failed("row {} of {}: prediction {}, label {}, weight {}: need finite numbers", i + 1, p.rows(),
                   p.prediction[i], p.label[i], p.weight_of(i));
  }
}

double weighted_mean(const Predictions& p, const std::vector<double>& values) {
  double sum = 0, weight = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    sum += p.weight_of(i) * values[i];
    weight += p.weight_of(i);
  }
  return weight > 0 ? sum / weight : 0;
}

}  // namespace shortlist
