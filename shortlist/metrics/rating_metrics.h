// All metrics of predicted labels: errors, and for labels of 0 and 1 those of class_metrics.h, calibration.h
// and group_metrics.h.
#pragma once

#include "shortlist/metrics/history.h"
#include "shortlist/metrics/predictions.h"

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

// rmse, mae; for 0/1 labels also log_loss, calibration_error (calibration.h) and accuracy, and if both labels
// occur, auc and keras_auc, and gauc if a user has both (grouped_auc() in group_metrics.h).
Metrics rating_figures(const Predictions& predictions);

// Of predicted classes: accuracy, the share of the rows whose class is predicted.
Metrics class_figures(const Predictions& predictions);

}  // namespace shortlist
