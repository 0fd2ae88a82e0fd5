// 95 % percentile bootstrap intervals (Efron 1979) of means over rows and of differences of two such means.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/base/random.h"

namespace shortlist {

struct Interval {
  double low = 0, high = 0;
  bool operator==(const Interval&) const = default;
};

enum class Transform { none, square_root };

// Resamples the rows with Poisson(1) multiplicities, the same ones for every mean. Two models are therefore
// compared on the same rows, which is much sharper than comparing their two intervals. Above `max_units`
// rows, row i belongs to unit i mod max_units and units are resampled: the spread is the same if rows are
// independent, and the cost is bounded by resamples x max_units draws.
class Bootstrap {
 public:
  static constexpr size_t resamples = 1000;
  static constexpr size_t max_units = 50'000;

  // `weight` is empty or has `rows` entries.
  Bootstrap(size_t rows, std::span<const float> weight);

  // Adds the weighted mean of value(row) over all rows; returns its index.
  size_t add_mean(FunctionRef<double(size_t row)> value, Transform transform = Transform::none);

  // Call once, after the last add_mean(). The intervals depend only on the stream and the values.
  void resample(const RandomStream& random);

  double value(size_t mean) const { return values_[mean]; }
  Interval interval(size_t mean) const;
  Interval difference(size_t mean, size_t minus) const;

 private:
  struct Mean {
    std::vector<double> sums;  // one per unit, weighted
    Transform transform;
  };
  size_t rows_;
  std::span<const float> weight_;
  std::vector<double> unit_weights_;
  std::vector<Mean> means_;
  std::vector<double> values_;
  std::vector<std::vector<double>> resampled_;  // [mean][resample]
};

}  // namespace shortlist
