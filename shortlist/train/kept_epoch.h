// Which epoch's weights a finished training has.
#pragma once

#include "shortlist/config/config.h"
#include "shortlist/metrics/history.h"

namespace shortlist {

// The best epoch by training.early_stopping's monitor where the config restores its weights, else the last
// one, as after a refit. 0 for a history without epochs.
int kept_epoch(const Config& config, const History& history);

}  // namespace shortlist
