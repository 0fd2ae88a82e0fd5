// The progress of a training run.
#pragma once

#include <cstdint>
#include <vector>

#include "shortlist/metrics/history.h"
#include "shortlist/train/epoch_sums.h"
#include "shortlist/train/watch.h"

namespace shortlist {

// Everything needed to resume, in addition to the parameters and the optimizer's slots.
struct TrainerState {
  int epoch = 0;               // completed epochs
  int64_t step = 0;            // completed steps of the current epoch
  double learning_rate = 0;    // before training.optimizer.schedule
  double configured_rate = 0;  // the config's learning rate, the initial value of learning_rate
  std::vector<double> rates;  // learning_rate at the end of each completed epoch, before the plateau's change
  int64_t averaged = 0;       // WeightAverage::count
  Plateau::State plateau;
  EarlyStopping::State early;
  bool stopped_early = false;
  History history;
  EpochSums sums;  // of the current epoch
};

}  // namespace shortlist
