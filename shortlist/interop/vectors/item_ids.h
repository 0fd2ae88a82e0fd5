// Writes ids.json, for vector formats that cannot store ids.
#pragma once

#include <string>

#include "shortlist/model/items.h"

namespace shortlist {

// Creates the folder, and the file in it.
void write_item_ids(const std::string& folder, const Items& items);

}  // namespace shortlist
