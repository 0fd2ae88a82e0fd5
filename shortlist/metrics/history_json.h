// A training history as JSON.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/metrics/history.h"

namespace shortlist {

// {"epochs": [{"epoch": 1, "learning_rate": 0.01, "train": {"rmse": 1.4}, "validation": {...}}]}, and
// "kept_epoch" if it is given. NaN and infinity are written as null, since JSON has neither.
std::string to_json(const History& history, int kept_epoch = 0);

// Reads null as NaN. Throws a data error that begins with `file` if the text is not such a history.
History history_from_json(std::string_view text, const std::string& file);

}  // namespace shortlist
