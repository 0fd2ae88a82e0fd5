// Which items a set of conditions allows.
#pragma once

#include <vector>

#include "shortlist/engine/recommender.h"
#include "shortlist/model/items.h"

namespace shortlist {

// The values of an attribute that holds several, separated by commas, without the blanks around them.
std::vector<std::string_view> attribute_values(std::string_view text);

// allowed[item] is 0 where a condition does not hold or the id is excluded. Empty when everything is allowed.
// Throws a usage Error for an attribute that the bundle does not keep.
std::vector<uint8_t> allowed_items(const Items& items, const RecommendOptions& options);

}  // namespace shortlist
