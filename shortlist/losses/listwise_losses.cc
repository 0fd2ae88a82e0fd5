#include "shortlist/losses/listwise_losses.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shortlist {
namespace {

// keras-rs adds it to the sums of exponentials.
constexpr double kEpsilon = 1e-10;

// exp((score - highest) / temperature)
std::vector<double> exponentials(const ScoredGroup& group, double temperature, double highest) {
  std::vector<double> e(group.size());
  for (size_t i = 0; i < e.size(); ++i) e[i] = std::exp((group.scores[i] - highest) / temperature);
  return e;
}

}  // namespace

double ListMle::at(const ScoredGroup& group, double temperature) const {
  if (group.size() == 0) return 0;
  std::vector<uint32_t> order(group.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater(), [&](uint32_t i) { return group.labels[i]; });
  const double highest = std::ranges::max(group.scores);
  const std::vector<double> e = exponentials(group, temperature, highest);
  std::vector<double> left(order.size());  // by place: the sum of the exponentials from there on
  double sum = 0;
  for (size_t place = order.size(); place-- > 0;) left[place] = sum += e[order[place]];
  double loss = 0, weight_over_sum = 0;  // the second over the places so far
  for (size_t place = 0; place < order.size(); ++place) {
    const uint32_t i = order[place];
    const double weight = group.weights[i];
    loss += weight * (std::log(left[place] + kEpsilon) - (group.scores[i] - highest) / temperature);
    weight_over_sum += weight / (left[place] + kEpsilon);
    group.slopes[i] += (e[i] * weight_over_sum - weight) / temperature;
  }
  // With the epsilon, the loss depends a little on the highest score, which is subtracted from all.
  const double rest = std::accumulate(group.slopes.begin(), group.slopes.end(), 0.0);
  const auto highest_rows = static_cast<double>(std::ranges::count(group.scores, highest));
  for (size_t i = 0; i < group.size(); ++i)
    if (group.scores[i] == highest) group.slopes[i] -= rest / highest_rows;
  return loss;
}

double ListwiseSoftmax::at(const ScoredGroup& group, double temperature) const {
  if (group.size() == 0) return 0;
  const double highest = std::ranges::max(group.scores);
  const std::vector<double> e = exponentials(group, temperature, highest);
  const double sum = std::accumulate(e.begin(), e.end(), 0.0);
  double loss = 0, total = 0;
  for (size_t i = 0; i < group.size(); ++i) {
    const double share = group.weights[i] * group.labels[i];
    total += share;
    loss += share * (std::log(sum) - (group.scores[i] - highest) / temperature);
  }
  for (size_t i = 0; i < group.size(); ++i)
    group.slopes[i] += (total * e[i] / sum - group.weights[i] * group.labels[i]) / temperature;
  return loss;
}

}  // namespace shortlist
