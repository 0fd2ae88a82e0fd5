// Metrics of predicted labels: errors, and for labels of 0 and 1 how well they are separated.
#pragma once

#include <span>
#include <vector>

#include "shortlist/metrics/history.h"

namespace shortlist {

// rmse and mae as sums over rows; sums of parts of the rows can be merged. Over no rows both are 0, as in
// Keras.
class ErrorMetrics {
 public:
  void add(double prediction, double label, double weight = 1);
  void merge(const ErrorMetrics& other);
  Metrics figures() const;  // rmse, mae

 private:
  double square_ = 0, absolute_ = 0, weight_ = 0;
};

// Predictions and labels of all rows. Predictions are probabilities if the labels are 0 and 1. `weight` may
// be empty. The functions that take them throw Error(failed) if a number is not finite.
struct Predictions {
  std::span<const float> prediction, label, weight;
  size_t rows() const { return label.size(); }
  double weight_of(size_t row) const { return weight.empty() ? 1.0 : weight[row]; }
};

// rmse, mae; for 0/1 labels also log_loss and accuracy, and if both labels occur, auc and keras_auc.
Metrics rating_figures(const Predictions& predictions);

// Of predicted classes: accuracy, the share of the rows whose class is predicted.
Metrics class_figures(const Predictions& predictions);

// Whether there are labels and each is 0 or 1.
bool is_binary(std::span<const float> label);

// -log of the probability of the label, clipped to [1e-7, 1 - 1e-7].
double log_loss(double probability, double label);
// Whether the label is the more likely one; a probability of exactly 0.5 predicts 0.
inline bool is_accurate(double probability, double label) { return (probability > 0.5) == (label > 0.5); }

// One value per row, whose weighted mean is the AUC and whose spread is the AUC's (DeLong et al. 1988); used
// to bootstrap the AUC. Empty unless both labels occur with positive weight.
std::vector<double> auc_row_values(const Predictions& predictions);

// Keras's AUC with 200 thresholds and the trapezoidal rule; 0 unless both labels occur with positive weight.
double keras_auc(const Predictions& predictions);

}  // namespace shortlist
