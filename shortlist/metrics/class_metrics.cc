#include "shortlist/metrics/class_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace shortlist {
namespace {

struct ClassWeights {
  double positive = 0, negative = 0;
  bool both() const { return positive > 0 && negative > 0; }
};

ClassWeights class_weights(const Predictions& p) {
  ClassWeights sums;
  for (size_t i = 0; i < p.rows(); ++i) (p.label[i] > 0.5f ? sums.positive : sums.negative) += p.weight_of(i);
  return sums;
}

}  // namespace

bool is_binary(std::span<const float> label) {
  return !label.empty() && std::all_of(label.begin(), label.end(), [](float y) { return y == 0 || y == 1; });
}

double log_loss(double probability, double label) {
  const double p = std::clamp(probability, 1e-7, 1 - 1e-7);
  return label > 0.5 ? -std::log(p) : -std::log1p(-p);
}

std::optional<double> auc(const Predictions& p) {
  const std::vector<double> values = auc_row_values(p);
  if (values.empty()) return std::nullopt;
  return weighted_mean(p, values);
}

std::vector<double> auc_row_values(const Predictions& p) {
  check_finite(p);
  const ClassWeights total = class_weights(p);
  if (!total.both()) return {};
  std::vector<size_t> order(p.rows());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return p.prediction[a] != p.prediction[b] ? p.prediction[a] < p.prediction[b] : a < b;
  });

  // First, each row's share of the other class on the correct side (a tie counts half), then centred on the
  // AUC.
  std::vector<double> share(p.rows());
  ClassWeights below;
  double auc = 0;
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    ClassWeights here;
    for (; end < order.size() && p.prediction[order[end]] == p.prediction[order[begin]]; ++end) {
      (p.label[order[end]] > 0.5f ? here.positive : here.negative) += p.weight_of(order[end]);
    }
    for (; begin < end; ++begin) {
      const size_t row = order[begin];
      share[row] = p.label[row] > 0.5f
                       ? (below.negative + here.negative / 2) / total.negative
                       : (total.positive - below.positive - here.positive / 2) / total.positive;
    }
    auc += here.positive * (below.negative + here.negative / 2) / (total.positive * total.negative);
    below.positive += here.positive;
    below.negative += here.negative;
  }
  const double weight = total.positive + total.negative;
  for (size_t i = 0; i < p.rows(); ++i) {
    const double own_class = p.label[i] > 0.5f ? total.positive : total.negative;
    share[i] = auc + (share[i] - auc) * weight / own_class;
  }
  return share;
}

double keras_auc(const Predictions& p) {
  check_finite(p);
  const ClassWeights total = class_weights(p);
  if (!total.both()) return 0;
  // Thresholds -1e-7, 1/199, ..., 198/199, 1 + 1e-7. above[t]: weight of the rows whose highest passed
  // threshold is t.
  constexpr int thresholds = 200;
  std::array<ClassWeights, thresholds> above{};
  for (size_t i = 0; i < p.rows(); ++i) {
    const double scaled = std::ceil(std::clamp(double{p.prediction[i]}, 0.0, 1.0) * (thresholds - 1)) - 1;
    ClassWeights& bucket = above[static_cast<size_t>(std::max(scaled, 0.0))];
    (p.label[i] > 0.5f ? bucket.positive : bucket.negative) += p.weight_of(i);
  }
  double area = 0;
  ClassWeights passed;  // the weight predicted positive, from the highest threshold down
  for (int t = thresholds - 1; t >= 0; --t) {
    const ClassWeights before = passed;
    passed.positive += above[t].positive;
    passed.negative += above[t].negative;
    area += (passed.negative - before.negative) * (passed.positive + before.positive) / 2;
  }
  return area / (total.positive * total.negative);
}

}  // namespace shortlist
