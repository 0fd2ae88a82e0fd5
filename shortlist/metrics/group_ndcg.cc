#include "shortlist/metrics/group_ndcg.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shortlist {
namespace {

// The discounted gain of the first k rows of an order in which rows with equal keys share their places.
double discounted_gain(std::span<const std::pair<float, double>> keys_and_gains, size_t k) {
  double sum = 0;
  for (size_t begin = 0, end = 0; begin < std::min(k, keys_and_gains.size()); begin = end) {
    double gains = 0, discounts = 0;
    for (; end < keys_and_gains.size() && keys_and_gains[end].first == keys_and_gains[begin].first; ++end) {
      gains += keys_and_gains[end].second;
      if (end < k) discounts += 1 / std::log2(static_cast<double>(end) + 2);
    }
    sum += gains / static_cast<double>(end - begin) * discounts;
  }
  return sum;
}

}  // namespace

double group_ndcg(const GroupedRows& rows, size_t k) {
  std::vector<uint32_t> order;
  for (uint32_t r = 0; r < rows.label.size(); ++r)
    if (rows.label[r] >= 0 && (rows.weight.empty() || rows.weight[r] > 0)) order.push_back(r);
  std::ranges::stable_sort(order, {}, [&](uint32_t r) { return rows.group[r]; });
  double total = 0;
  size_t groups = 0;
  std::vector<std::pair<float, double>> predicted, ideal;
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    predicted.clear(), ideal.clear();
    for (; end < order.size() && rows.group[order[end]] == rows.group[order[begin]]; ++end) {
      const uint32_t r = order[end];
      const double gain = std::exp2(double{rows.label[r]}) - 1;
      predicted.emplace_back(rows.prediction[r], gain);
      ideal.emplace_back(rows.label[r], gain);
    }
    const auto by_key = [](const auto& a, const auto& b) { return a.first > b.first; };
    std::ranges::stable_sort(predicted, by_key);
    std::ranges::stable_sort(ideal, by_key);
    if (ideal.front().first == ideal.back().first) continue;
    const size_t most = k == 0 ? ideal.size() : k;
    total += discounted_gain(predicted, most) / discounted_gain(ideal, most);
    ++groups;
  }
  return groups == 0 ? 0 : total / static_cast<double>(groups);
}

Metrics group_figures(const GroupedRows& rows) {
  return {{"ranking_ndcg", group_ndcg(rows, 0)}, {"ranking_ndcg@10", group_ndcg(rows, 10)}};
}

}  // namespace shortlist
