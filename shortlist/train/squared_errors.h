// The errors of a batch's predicted labels, for the rmse that a run shows while it trains.
#pragma once

#include <vector>

#include "shortlist/train/task.h"

namespace shortlist {

class SquaredErrors {
 public:
  // The weighted sum over the rows of the squares of predicted less real label, in the label's own unit.
  double sum(ThreadPool& pool, const Task& task, const LossBatch& batch);

 private:
  std::vector<double> parts_;
};

}  // namespace shortlist
