#include "shortlist/metrics/rating_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "shortlist/base/error.h"

namespace shortlist {

void ErrorMetrics::add(double prediction, double label, double weight) {
  const double error = prediction - label;
  square_ += weight * error * error;
  absolute_ += weight * std::abs(error);
  weight_ += weight;
}

void ErrorMetrics::merge(const ErrorMetrics& other) {
  square_ += other.square_;
  absolute_ += other.absolute_;
  weight_ += other.weight_;
}

Metrics ErrorMetrics::figures() const {
  if (weight_ <= 0) return {{"rmse", 0.0}, {"mae", 0.0}};
  return {{"rmse", std::sqrt(square_ / weight_)}, {"mae", absolute_ / weight_}};
}

Metrics class_figures(const Predictions& predictions) {
  double right = 0, total = 0;
  for (size_t r = 0; r < predictions.rows(); ++r) {
    const double weight = predictions.weight_of(r);
    total += weight;
    if (predictions.prediction[r] == predictions.label[r]) right += weight;
  }
  return {{"accuracy", total > 0 ? right / total : 0}};
}

bool is_binary(std::span<const float> label) {
  return !label.empty() && std::all_of(label.begin(), label.end(), [](float y) { return y == 0 || y == 1; });
}

double log_loss(double probability, double label) {
  const double p = std::clamp(probability, 1e-7, 1 - 1e-7);
  return label > 0.5 ? -std::log(p) : -std::log1p(-p);
}

namespace {

// The metrics compare, sort and sum the values, which must therefore be finite.
void check_finite(const Predictions& p) {
  for (size_t i = 0; i < p.rows(); ++i) {
    if (!std::isfinite(p.prediction[i]) || !std::isfinite(p.label[i]) || !std::isfinite(p.weight_of(i)))
      throw failed("row {} of {}: prediction {}, label {}, weight {}: need finite numbers", i + 1, p.rows(),
                   p.prediction[i], p.label[i], p.weight_of(i));
  }
}

struct ClassWeights {
  double positive = 0, negative = 0;
  bool both() const { return positive > 0 && negative > 0; }
};

ClassWeights class_weights(const Predictions& p) {
  ClassWeights sums;
  for (size_t i = 0; i < p.rows(); ++i) (p.label[i] > 0.5f ? sums.positive : sums.negative) += p.weight_of(i);
  return sums;
}

double weighted_mean(const Predictions& p, const std::vector<double>& values) {
  double sum = 0, weight = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    sum += p.weight_of(i) * values[i];
    weight += p.weight_of(i);
  }
  return weight > 0 ? sum / weight : 0;
}

void add_binary_figures(const Predictions& p, Metrics& figures) {
  std::vector<double> loss(p.rows()), accurate(p.rows());
  for (size_t i = 0; i < p.rows(); ++i) {
    loss[i] = log_loss(p.prediction[i], p.label[i]);
    accurate[i] = is_accurate(p.prediction[i], p.label[i]);
  }
  figures.emplace_back("log_loss", weighted_mean(p, loss));
  figures.emplace_back("accuracy", weighted_mean(p, accurate));
  if (!class_weights(p).both()) return;
  figures.emplace_back("auc", weighted_mean(p, auc_row_values(p)));
  figures.emplace_back("keras_auc", keras_auc(p));
}

}  // namespace

Metrics rating_figures(const Predictions& p) {
  SHORTLIST_CHECK(p.prediction.size() == p.rows() && (p.weight.empty() || p.weight.size() == p.rows()));
  check_finite(p);
  ErrorMetrics errors;
  for (size_t i = 0; i < p.rows(); ++i) errors.add(p.prediction[i], p.label[i], p.weight_of(i));
  Metrics figures = errors.figures();
  if (is_binary(p.label)) add_binary_figures(p, figures);
  return figures;
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
