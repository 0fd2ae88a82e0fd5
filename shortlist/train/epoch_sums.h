// What the steps of an epoch add up to.
#pragma once

#include "shortlist/metrics/history.h"

namespace shortlist {

// What a step found, before its update.
struct StepMetrics {
  Metrics losses;          // those of loss_metrics()
  Metrics squared_errors;  // of each rmse, the weighted sum of squares that it is the root of
  double rows = 0, weight = 0;
};

struct EpochSums {
  double rows = 0, weight = 0;
  Metrics losses;  // each step's times its rows
  Metrics squared_errors;

  void add(const StepMetrics& step);
  // Means over the rows so far: the losses, and the rmse of each predicted label.
  Metrics means() const;
};

}  // namespace shortlist
