#include "shortlist/metrics/bootstrap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// Poisson(1) from 16 random bits: 65536 P(X <= k), rounded. The mean is exactly 1, the variance 0.99997.
int poisson(uint64_t bits) {
  constexpr uint64_t cumulative[] = {24109, 48219, 60273, 64292, 65296, 65497, 65531, 65535};
  int count = 0;
  for (uint64_t threshold : cumulative) count += (bits & 0xffff) >= threshold;
  return count;
}

void draw_multiplicities(const RandomStream& random, std::vector<double>& multiplicities) {
  uint64_t bits = 0;
  for (size_t unit = 0; unit < multiplicities.size(); ++unit) {
    bits = unit % 4 == 0 ? random.bits(unit / 4) : bits >> 16;
    multiplicities[unit] = poisson(bits);
  }
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Sums several means at once: each is added in the order of the units, but they do not depend on each other.
constexpr size_t kAtOnce = 8;
using Sums = std::array<double, kAtOnce>;

Sums dot(const std::vector<double>& multiplicities, const std::vector<Sums>& units) {
  Sums total{};
  for (size_t unit = 0; unit < units.size(); ++unit) {
#pragma GCC unroll 8  // otherwise the sums are not kept in registers
    for (size_t m = 0; m < kAtOnce; ++m) total[m] += multiplicities[unit] * units[unit][m];
  }
  return total;
}

double transformed(double mean, Transform transform) {
  return transform == Transform::square_root ? std::sqrt(std::max(mean, 0.0)) : mean;
}

// Interpolates linearly between the two nearest sorted samples.
double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const size_t below = static_cast<size_t>(at), above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval middle_95_percent(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return {quantile(samples, 0.025), quantile(samples, 0.975)};
}

}  // namespace

Bootstrap::Bootstrap(size_t rows, std::span<const float> weight)
    : rows_(rows), weight_(weight), unit_weights_(std::min(rows, max_units)) {
  SHORTLIST_CHECK(weight.empty() || weight.size() == rows);
  for (size_t row = 0; row < rows; ++row) {
    unit_weights_[row % unit_weights_.size()] += weight.empty() ? 1.0 : weight[row];
  }
}

size_t Bootstrap::add_mean(FunctionRef<double(size_t row)> value, Transform transform) {
  SHORTLIST_CHECK(resampled_.empty());
  std::vector<double> sums(unit_weights_.size());
  for (size_t row = 0; row < rows_; ++row) {
    sums[row % sums.size()] += value(row) * (weight_.empty() ? 1.0 : weight_[row]);
  }
  const double total = std::accumulate(sums.begin(), sums.end(), 0.0);
  const double weight = std::accumulate(unit_weights_.begin(), unit_weights_.end(), 0.0);
  values_.push_back(transformed(weight > 0 ? total / weight : 0.0, transform));
  means_.push_back({std::move(sums), transform});
  return means_.size() - 1;
}

void Bootstrap::resample(const RandomStream& random) {
  SHORTLIST_CHECK(resampled_.empty());
  resampled_.assign(means_.size(), std::vector<double>(resamples));
  std::vector<std::vector<Sums>> blocks;
  for (size_t m = 0; m < means_.size(); ++m) {
    if (m % kAtOnce == 0) blocks.emplace_back(unit_weights_.size());
    for (size_t unit = 0; unit < unit_weights_.size(); ++unit)
      blocks.back()[unit][m % kAtOnce] = means_[m].sums[unit];
  }
  std::vector<double> multiplicities(unit_weights_.size());
  for (size_t r = 0; r < resamples; ++r) {
    draw_multiplicities(random.at(r), multiplicities);
    const double weight = dot(multiplicities, unit_weights_);
    for (size_t first = 0; first < means_.size(); first += kAtOnce) {
      const Sums sums = dot(multiplicities, blocks[first / kAtOnce]);
      for (size_t m = first; m < std::min(first + kAtOnce, means_.size()); ++m) {
        // With only a few rows, a resample may leave all of them out. It then carries no information.
        resampled_[m][r] =
            weight > 0 ? transformed(sums[m - first] / weight, means_[m].transform) : values_[m];
      }
    }
  }
}

Interval Bootstrap::interval(size_t mean) const { return middle_95_percent(resampled_.at(mean)); }

Interval Bootstrap::difference(size_t mean, size_t minus) const {
  std::vector<double> samples = resampled_.at(mean);
  for (size_t r = 0; r < resamples; ++r) samples[r] -= resampled_.at(minus)[r];
  return middle_95_percent(std::move(samples));
}

}  // namespace shortlist
