// Messages about items in the histories of queries that the model does not know.
#pragma once

#include <string>
#include <vector>

#include "shortlist/features/feature_map.h"

namespace shortlist {

// One message per column with a history: "history: the model has not seen 2 of 5 items: 'm98', 'm99'". Names
// the first of them, each once. `queries` begin with the columns of `features`.
std::vector<std::string> notes_on_unknown_items(const FeatureMap& features,
                                                const std::vector<Column>& queries);

}  // namespace shortlist
