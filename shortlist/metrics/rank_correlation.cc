#include "shortlist/metrics/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "shortlist/base/error.h"

namespace shortlist {

std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + end + 1) / 2;
    for (; begin < end; ++begin) ranks[order[begin]] = rank;
  }
  return ranks;
}

namespace {

// Sums of squares and of products of the mean ranks, around their mean.
struct RankSums {
  double xx = 0, yy = 0, xy = 0;
};
RankSums rank_sums(std::span<const double> x, std::span<const double> y) {
  SHORTLIST_CHECK(x.size() == y.size());
  const std::vector<double> of_x = mean_ranks(x), of_y = mean_ranks(y);
  const double mean = (static_cast<double>(x.size()) + 1) / 2;
  RankSums sums;
  for (size_t i = 0; i < x.size(); ++i) {
    const double dx = of_x[i] - mean, dy = of_y[i] - mean;
    sums.xx += dx * dx;
    sums.yy += dy * dy;
    sums.xy += dx * dy;
  }
  return sums;
}

}  // namespace

double rank_correlation(std::span<const double> x, std::span<const double> y) {
  const RankSums sums = rank_sums(x, y);
  return sums.xx > 0 && sums.yy > 0 ? sums.xy / std::sqrt(sums.xx * sums.yy) : 0;
}

double order_agreement(std::span<const double> x, std::span<const double> y) {
  const RankSums sums = rank_sums(x, y);
  const double least = std::min(sums.xx, sums.yy);
  return least > 0 ? std::clamp(sums.xy / least, -1.0, 1.0) : 0;
}

}  // namespace shortlist
