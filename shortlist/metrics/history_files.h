// A training history as CSV, for spreadsheets, and as JSON, which can be read back.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/metrics/history.h"

namespace shortlist {

// One row an epoch: epoch, learning_rate, train_NAME..., validation_NAME..., names in the order of their
// first appearance. Figures have all the digits that a double needs; an absent or NaN figure is an empty
// cell.
std::string to_csv(const History& history);

// {"epochs": [{"epoch": 1, "learning_rate": 0.01, "train": {"rmse": 1.4}, "validation": {...}}]}. JSON knows
// no NaN and no infinity: both are written as null.
std::string to_json(const History& history);

// Null becomes NaN. Throws data_error that begins with `file` for text that is not such a history.
History history_from_json(std::string_view text, const std::string& file);

}  // namespace shortlist
