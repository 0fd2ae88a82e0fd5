// Metrics of predicted labels: how far off they are, and for labels of 0 and 1 how well they tell them apart.
#pragma once

#include <span>
#include <vector>

#include "shortlist/metrics/history.h"

namespace shortlist {

// rmse and mae as sums over rows; those of parts of the rows merge. Over no rows both are 0, as Keras has it.
class ErrorMetrics {
 public:
  void add(double prediction, double label, double weight = 1);
  void merge(const ErrorMetrics& other);
  Metrics figures() const;  // rmse, mae

 private:
  double square_ = 0, absolute_ = 0, weight_ = 0;
};

// Predictions of all rows with their labels; probabilities where the labels are 0 and 1. `weight` may be
// empty. Whatever takes them throws a failed Error when a number is not finite.
struct Predictions {
  std::span<const float> prediction, label, weight;
  size_t rows() const { return label.size(); }
  double weight_of(size_t row) const { return weight.empty() ? 1.0 : weight[row]; }
};

// rmse, mae; for 0/1 labels also log_loss, accuracy, and where both labels occur auc and keras_auc.
Metrics rating_figures(const Predictions& predictions);

// Whether every label is 0 or 1, and there is one.
bool is_binary(std::span<const float> label);

// -log of the probability given to the label, which is clipped to [1e-7, 1 - 1e-7].
double log_loss(double probability, double label);
// Whether the label is the likelier one; a probability of exactly 0.5 says 0.
inline bool is_accurate(double probability, double label) { return (probability > 0.5) == (label > 0.5); }

// One value a row, whose weighted mean is the AUC and whose spread is the AUC's (DeLong et al. 1988): how the
// AUC is resampled. Empty unless both labels occur with weight.
std::vector<double> auc_row_values(const Predictions& predictions);

// Keras's AUC with its 200 thresholds and trapezoids; 0 unless both labels occur with weight.
double keras_auc(const Predictions& predictions);

}  // namespace shortlist
