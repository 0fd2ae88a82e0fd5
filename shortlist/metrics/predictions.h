// Predictions of rows with their labels, as metrics take them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shortlist {

// Predictions and labels of all rows. Predictions are probabilities if the labels are 0 and 1. `weight` may
// be empty, and so may `user`, which has the users of the rows for gauc. The functions that take them throw
// Error(failed) if a number is not finite.
struct Predictions {
  std::span<const float> prediction, label, weight;
  std::span<const uint32_t> user = {};
  size_t rows() const { return label.size(); }
  double weight_of(size_t row) const { return weight.empty() ? 1.0 : weight[row]; }
};

// Throws Error(failed) if a number is not finite: metrics compare, sort and sum them.
void check_finite(const Predictions& predictions);

// The weighted mean of one value for each row, 0 without weight.
double weighted_mean(const Predictions& predictions, const std::vector<double>& values);

}  // namespace shortlist
