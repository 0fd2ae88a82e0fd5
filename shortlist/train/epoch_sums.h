// What the steps of an epoch add up to.
#pragma once

#include "shortlist/metrics/history.h"

namespace shortlist {

// What a step found, before its update.
struct StepFigures {
  Figures losses;          // those of loss_figures()
  Figures squared_errors;  // of each rmse, the weighted sum of squares that it is the root of
  double rows = 0, weight = 0;
};

struct EpochSums {
  double rows = 0, weight = 0;
  Figures losses;  // each step's times its rows
  Figures squared_errors;

  void add(const StepFigures& step);
  // Means over the rows so far: the losses, and the rmse of each predicted label.
  Figures means() const;
};

}  // namespace shortlist
