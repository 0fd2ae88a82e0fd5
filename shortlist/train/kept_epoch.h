// The epoch whose weights a finished training keeps.
#pragma once

#include "shortlist/config/train_spec.h"
#include "shortlist/metrics/history.h"

namespace shortlist {

// The best epoch by training.early_stopping's monitor if the config restores the best weights, else the last
// one, also after a refit. 0 for a history without epochs.
int kept_epoch(const TrainSpec& spec, const History& history);

}  // namespace shortlist
