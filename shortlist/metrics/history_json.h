// A training history as JSON.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/metrics/history.h"

namespace shortlist {

// {"epochs": [{"epoch": 1, "learning_rate": 0.01, "train": {"rmse": 1.4}, "validation": {...}}]}, and
// "kept_epoch" where one is given. JSON knows no NaN and no infinity: both are written as null.
std::string to_json(const History& history, int kept_epoch = 0);

// Null becomes NaN. Throws data_error that begins with `file` for text that is not such a history.
History history_from_json(std::string_view text, const std::string& file);

}  // namespace shortlist
