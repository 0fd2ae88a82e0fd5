// Squared errors of a batch's predicted labels, for the rmse that is shown during training.
#pragma once

#include <vector>

#include "shortlist/train/task.h"

namespace shortlist {

class SquaredErrors {
 public:
  // The weighted sum over the rows of (predicted - actual label)^2, in the label's own unit.
  double sum(ThreadPool& pool, const Task& task, const LossBatch& batch);

 private:
  std::vector<double> parts_;
};

}  // namespace shortlist
