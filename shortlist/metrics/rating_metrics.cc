#include "shortlist/metrics/rating_metrics.h"

#include <cmath>

#include "shortlist/base/error.h"
#include "shortlist/metrics/calibration.h"
#include "shortlist/metrics/class_metrics.h"
#include "shortlist/metrics/group_metrics.h"

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

namespace {

void add_binary_figures(const Predictions& p, Metrics& figures) {
  std::vector<double> loss(p.rows()), accurate(p.rows());
  for (size_t i = 0; i < p.rows(); ++i) {
    loss[i] = log_loss(p.prediction[i], p.label[i]);
    accurate[i] = is_accurate(p.prediction[i], p.label[i]);
  }
  figures.emplace_back("log_loss", weighted_mean(p, loss));
  figures.emplace_back("calibration_error", calibration_error(p));
  figures.emplace_back("accuracy", weighted_mean(p, accurate));
  const std::optional<double> area = auc(p);
  if (!area) return;
  figures.emplace_back("auc", *area);
  if (!p.user.empty()) {
    if (const auto of_users = grouped_auc(p, p.user)) figures.emplace_back("gauc", *of_users);
  }
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

}  // namespace shortlist
