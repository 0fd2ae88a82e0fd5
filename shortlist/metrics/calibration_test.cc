#include "shortlist/metrics/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

TEST(CalibrationError, MatchesTheWorkedExample) {
  // Two bins: .5 and .52 with labels 1 and 0, and .9 with label 1.
  const std::vector<float> prediction{0.5f, 0.52f, 0.9f}, label{1, 0, 1};
  EXPECT_NEAR(calibration_error({prediction, label, {}}), (std::abs(0.51 - 0.5) * 2 + 0.1) / 3, 1e-7);
}

TEST(CalibrationError, AnEdgeBelongsToTheLowerBin) {
  const std::vector<float> prediction{0, 1, 0.2f}, label{0, 1, 0}, weight{1, 1, 0};
  EXPECT_EQ(calibration_error({prediction, label, weight}), 0);
  EXPECT_EQ(calibration_error({{}, {}, {}}), 0);
}

// The obvious way: for each bin, go through all rows.
double by_bins(const Predictions& p) {
  double error = 0, all = 0;
  for (int bin = 0; bin < 15; ++bin) {
    double weight = 0, predicted = 0, labels = 0;
    for (size_t row = 0; row < p.rows(); ++row) {
      const double x = p.prediction[row];
      if (!((x > bin / 15.0 || bin == 0) && x <= (bin + 1) / 15.0)) continue;
      weight += p.weight_of(row);
      predicted += p.weight_of(row) * x;
      labels += p.weight_of(row) * p.label[row];
    }
    if (weight > 0) error += weight * std::abs(predicted / weight - labels / weight);
    all += weight;
  }
  return error / all;
}

TEST(CalibrationError, AgreesWithTheMeansOfTheBins) {
  const RandomStream random(3, "calibration");
  std::vector<float> prediction, label, weight;
  for (size_t row = 0; row < 500; ++row) {
    prediction.push_back(static_cast<float>(random.uniform(3 * row)));
    label.push_back(random.uniform(3 * row + 1) < 0.3);
    weight.push_back(static_cast<float>(random.below(3 * row + 2, 4)));
  }
  const Predictions rows{prediction, label, weight};
  EXPECT_NEAR(calibration_error(rows), by_bins(rows), 1e-9);
}

}  // namespace
}  // namespace shortlist
