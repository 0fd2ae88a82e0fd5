// A training history as CSV, for spreadsheets.
#pragma once

#include <string>

#include "shortlist/metrics/history.h"

namespace shortlist {

// One row per epoch: epoch, learning_rate, train_NAME..., validation_NAME..., with names in order of first
// appearance. Metrics have all the digits that a double needs. A missing or NaN metric is an empty cell.
std::string to_csv(const History& history);

}  // namespace shortlist
