// Warns about query features that give the answer away.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// One sentence for each query feature whose value alone nearly identifies the candidate in the training rows
// (telling_columns.h), such as a receipt number or a copy of the item's own column. Uses all rows if there
// are no training rows.
std::vector<std::string> warnings_of_telling_features(const Config& config, const Dataset& data);

}  // namespace shortlist
