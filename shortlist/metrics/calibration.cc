#include "shortlist/metrics/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace shortlist {

double calibration_error(const Predictions& p) {
  constexpr int kBins = 15;
  std::array<double, kBins> excess{};  // of each bin: the sum of w (prediction - label)
  double weight = 0;
  for (size_t row = 0; row < p.rows(); ++row) {
    const double probability = std::clamp(double{p.prediction[row]}, 0.0, 1.0);
    const auto bin = static_cast<size_t>(std::max(std::ceil(probability * kBins) - 1, 0.0));
    excess[bin] += p.weight_of(row) * (double{p.prediction[row]} - p.label[row]);
    weight += p.weight_of(row);
  }
  double error = 0;
  for (const double of_bin : excess) error += std::abs(of_bin);
  return weight > 0 ? error / weight : 0;
}

}  // namespace shortlist
