// ids.json, which stands beside vectors whose format has no room for ids.
#pragma once

#include <string>

#include "shortlist/model/items.h"

namespace shortlist {

// Makes the folder, and the file in it.
void write_item_ids(const std::string& folder, const Items& items);

}  // namespace shortlist
