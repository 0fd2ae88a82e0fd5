#include "shortlist/metrics/group_metrics.h"

#include <algorithm>
#include <array>

#include "shortlist/base/error.h"
#include "shortlist/base/function_ref.h"
#include "shortlist/metrics/class_metrics.h"
#include "shortlist/metrics/list_metrics.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

// The rows of one group, as columns.
struct GroupRows {
  std::vector<float> prediction, label, weight;
  Predictions view() const { return {prediction, label, weight}; }
};

void for_each_group(const Predictions& p, std::span<const uint32_t> group,
                    FunctionRef<void(const GroupRows&)> visit) {
  SHORTLIST_CHECK(group.size() == p.rows());
  GroupRows rows;
  const std::vector<uint32_t> order = rows_by_group(group);
  for (size_t i = 0; i < order.size(); ++i) {
    const uint32_t row = order[i];
    rows.prediction.push_back(p.prediction[row]);
    rows.label.push_back(p.label[row]);
    rows.weight.push_back(static_cast<float>(p.weight_of(row)));
    if (i + 1 < order.size() && group[order[i + 1]] == group[row]) continue;
    visit(rows);
    rows = {};
  }
}

// The discounted gain of the first k rows of an order in which rows with equal keys share their places.
double discounted_gain(std::span<const std::pair<float, double>> keys_and_gains, size_t k) {
  double sum = 0;
  for (size_t begin = 0, end = 0; begin < std::min(k, keys_and_gains.size()); begin = end) {
    double gains = 0, discounts = 0;
    for (; end < keys_and_gains.size() && keys_and_gains[end].first == keys_and_gains[begin].first; ++end) {
      gains += keys_and_gains[end].second;
      if (end < k) discounts += discount(static_cast<double>(end) + 1);
    }
    sum += gains / static_cast<double>(end - begin) * discounts;
  }
  return sum;
}

// ranking_ndcg of one group, for some k.
class SharedNdcg {
 public:
  // Returns false if all labels are equal.
  bool read(const GroupRows& rows) {
    predicted_.clear(), ideal_.clear();
    for (size_t i = 0; i < rows.label.size(); ++i) {
      if (!(rows.label[i] >= 0) || !(rows.weight[i] > 0)) continue;
      const double gain = exponential_gain(rows.label[i]);
      predicted_.emplace_back(rows.prediction[i], gain);
      ideal_.emplace_back(rows.label[i], gain);
    }
    const auto by_key = [](const auto& a, const auto& b) { return a.first > b.first; };
    std::ranges::stable_sort(predicted_, by_key);
    std::ranges::stable_sort(ideal_, by_key);
    return !ideal_.empty() && ideal_.front().first != ideal_.back().first;
  }
  double at(size_t k) const { return discounted_gain(predicted_, k) / discounted_gain(ideal_, k); }

 private:
  std::vector<std::pair<float, double>> predicted_, ideal_;  // key and gain, by descending key
};

std::vector<Relevant> relevant_of(const GroupRows& rows, bool exponential) {
  std::vector<float> gains;
  for (size_t i = 0; i < rows.label.size(); ++i) {
    const double gain = exponential ? exponential_gain(rows.label[i]) : rows.label[i];
    gains.push_back(static_cast<float>(gain * rows.weight[i]));
  }
  return relevant_items(rows.prediction, gains);
}

}  // namespace

std::vector<uint32_t> rows_by_group(std::span<const uint32_t> group) {
  std::vector<uint32_t> order;
  for (size_t row = 0; row < group.size(); ++row)
    if (group[row] != unknown_index) order.push_back(static_cast<uint32_t>(row));
  std::ranges::stable_sort(order, {}, [&](uint32_t row) { return group[row]; });
  return order;
}

std::optional<double> grouped_auc(const Predictions& p, std::span<const uint32_t> group) {
  double sum = 0, weight = 0;
  for_each_group(p, group, [&](const GroupRows& rows) {
    const std::optional<double> of_group = auc(rows.view());
    if (!of_group) return;
    double of_rows = 0;
    for (const float w : rows.weight) of_rows += w;
    sum += of_rows * *of_group;
    weight += of_rows;
  });
  if (!(weight > 0)) return std::nullopt;
  return sum / weight;
}

Metrics group_figures(const Predictions& p, std::span<const uint32_t> group, const std::vector<int>& ks,
                      bool exponential) {
  std::vector<double> sums(3 * ks.size());
  size_t groups = 0;
  for_each_group(p, group, [&](const GroupRows& rows) {
    const std::vector<Relevant> relevant = relevant_of(rows, exponential);
    if (relevant.empty()) return;
    ++groups;
    for (size_t i = 0; i < ks.size(); ++i) {
      const auto k = static_cast<size_t>(ks[i]);
      sums[i] += ndcg(relevant, k);
      sums[ks.size() + i] += average_precision(relevant, k);
      sums[2 * ks.size() + i] += reciprocal_rank(relevant, k);
    }
  });
  Metrics figures;
  for (size_t f = 0; f < sums.size(); ++f) {
    constexpr const char* kNames[] = {"ndcg@", "map@", "mrr@"};
    figures.emplace_back(kNames[f / ks.size()] + std::to_string(ks[f % ks.size()]),
                         groups > 0 ? sums[f] / static_cast<double>(groups) : 0);
  }
  return figures;
}

Metrics ranking_figures(const Predictions& p, std::span<const uint32_t> group) {
  constexpr std::array<std::pair<const char*, size_t>, 2> kFigures = {
      {{"ranking_ndcg", whole_list}, {"ranking_ndcg@10", 10}}};
  std::array<double, kFigures.size()> sums{};
  size_t groups = 0;
  SharedNdcg of_group;
  for_each_group(p, group, [&](const GroupRows& rows) {
    if (!of_group.read(rows)) return;
    ++groups;
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += of_group.at(kFigures[i].second);
  });
  Metrics figures;
  for (size_t i = 0; i < sums.size(); ++i)
    figures.emplace_back(kFigures[i].first, groups > 0 ? sums[i] / static_cast<double>(groups) : 0);
  return figures;
}

}  // namespace shortlist
