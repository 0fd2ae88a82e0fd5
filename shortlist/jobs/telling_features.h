// Warns of features of the query that give the answer away.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// A sentence for each feature of the query whose value alone nearly identifies the candidate in the training
// rows (telling_columns.h), as a receipt's number or a copy of the item's own column does; in all rows where
// there are no training rows.
std::vector<std::string> warnings_of_telling_features(const Config& config, const Dataset& data);

}  // namespace shortlist
