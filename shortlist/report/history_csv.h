// A training history as CSV, for spreadsheets.
#pragma once

#include <string>

#include "shortlist/metrics/history.h"

namespace shortlist {

// One row an epoch: epoch, learning_rate, train_NAME..., validation_NAME..., names in the order of their
// first appearance. Metrics have all the digits that a double needs; an absent or NaN figure is an empty
// cell.
std::string to_csv(const History& history);

}  // namespace shortlist
