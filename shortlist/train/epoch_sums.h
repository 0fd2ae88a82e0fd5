// Sums over the steps of an epoch.
#pragma once

#include "shortlist/metrics/history.h"

namespace shortlist {

// The metrics of a step, computed before its update.
struct StepMetrics {
  Metrics losses;          // as in loss_metrics()
  Metrics squared_errors;  // for each rmse, the weighted sum of squared errors
  Metrics own_weights;     // the sum of those weights for each rmse where it is not `weight`
  double rows = 0, weight = 0;
};

struct EpochSums {
  double rows = 0, weight = 0;
  Metrics losses;  // each step's losses times its rows
  Metrics squared_errors, own_weights;

  void add(const StepMetrics& step);
  // Means over the rows so far: the losses, and the rmse of each predicted label.
  Metrics means() const;
};

}  // namespace shortlist
