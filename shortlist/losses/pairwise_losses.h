// Losses of pairs of rows of one group. With d = (s_i - s_j) / temperature and w the rows' weights, the first
// three are sum w_i f(d) over the pairs i, j with label i > label j, divided by the rows of the batch.
// keras-rs's PairwiseHingeLoss, PairwiseLogisticLoss, PairwiseSoftZeroOneLoss and PairwiseMeanSquaredError.
#pragma once

#include <algorithm>
#include <cmath>

#include "shortlist/losses/group_loss.h"
#include "shortlist/losses/pointwise_loss.h"

namespace shortlist {

// A Formula has `static LossAt of_difference(double d)`.
template <typename Formula>
double loss_of_pairs(const ScoredGroup& group, double temperature) {
  double sum = 0;
  for (size_t i = 0; i < group.size(); ++i) {
    for (size_t j = 0; j < group.size(); ++j) {
      if (group.labels[i] <= group.labels[j]) continue;
      const LossAt at = Formula::of_difference((group.scores[i] - group.scores[j]) / temperature);
      const double slope = group.weights[i] * at.derivative / temperature;
      sum += group.weights[i] * at.loss;
      group.slopes[i] += slope;
      group.slopes[j] -= slope;
    }
  }
  return sum;
}

// max(0, 1 - d)
struct PairwiseHinge {
  static constexpr const char* kName = "pairwise_hinge";
  static constexpr Prediction kPrediction = Prediction::score;
  static constexpr bool kOverGroups = false;

  template <typename Visitor>
  void fields(Visitor&) {}
  static LossAt of_difference(double d) { return d < 1 ? LossAt{1 - d, -1} : LossAt{0, 0}; }
  double at(const ScoredGroup& group, double temperature) const {
    return loss_of_pairs<PairwiseHinge>(group, temperature);
  }
};

// log(1 + exp(-d)), which is finite for large |d|
struct PairwiseLogistic {
  static constexpr const char* kName = "pairwise_logistic";
  static constexpr Prediction kPrediction = Prediction::score;
  static constexpr bool kOverGroups = false;

  template <typename Visitor>
  void fields(Visitor&) {}
  static LossAt of_difference(double d) {
    return {std::max(0.0, -d) + std::log1p(std::exp(-std::abs(d))), -1 / (1 + std::exp(d))};
  }
  double at(const ScoredGroup& group, double temperature) const {
    return loss_of_pairs<PairwiseLogistic>(group, temperature);
  }
};

// 1 - sigmoid(d)
struct PairwiseSoftZeroOne {
  static constexpr const char* kName = "pairwise_soft_zero_one";
  static constexpr Prediction kPrediction = Prediction::score;
  static constexpr bool kOverGroups = false;

  template <typename Visitor>
  void fields(Visitor&) {}
  static LossAt of_difference(double d) {
    const double wrong = 1 / (1 + std::exp(d));
    return {wrong, -wrong * (1 - wrong)};
  }
  double at(const ScoredGroup& group, double temperature) const {
    return loss_of_pairs<PairwiseSoftZeroOne>(group, temperature);
  }
};

// sum w_i ((label i - label j) - (s_i - s_j))^2 over all pairs i, j; divided by the rows of the batch. There
// is no temperature, as in keras-rs.
struct PairwiseMeanSquaredError {
  static constexpr const char* kName = "pairwise_mean_squared_error";
  static constexpr Prediction kPrediction = Prediction::score;
  static constexpr bool kOverGroups = false;

  template <typename Visitor>
  void fields(Visitor&) {}
  double at(const ScoredGroup& group, double) const {
    double sum = 0;
    for (size_t i = 0; i < group.size(); ++i) {
      for (size_t j = 0; j < group.size(); ++j) {
        const double error = (group.labels[i] - group.labels[j]) - (group.scores[i] - group.scores[j]);
        const double slope = 2 * group.weights[i] * error;
        sum += group.weights[i] * error * error;
        group.slopes[i] -= slope;
        group.slopes[j] += slope;
      }
    }
    return sum;
  }
};

}  // namespace shortlist
