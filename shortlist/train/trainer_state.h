// Where a training run is.
#pragma once

#include <cstdint>

#include "shortlist/metrics/history.h"
#include "shortlist/train/epoch_sums.h"
#include "shortlist/train/watch.h"

namespace shortlist {

// With the parameters and the optimizer's slots, all that is needed to go on.
struct TrainerState {
  int epoch = 0;     // epochs that are complete
  int64_t step = 0;  // steps of the epoch in progress that are complete
  double learning_rate = 0;
  double configured_rate = 0;  // the config's learning rate; learning_rate starts from it
  Plateau::State plateau;
  EarlyStopping::State early;
  bool stopped_early = false;
  History history;
  EpochSums sums;  // of the epoch in progress
};

}  // namespace shortlist
