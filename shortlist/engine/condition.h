// What a condition on an item's attribute means.
#pragma once

#include <string_view>
#include <vector>

#include "shortlist/engine/recommender.h"

namespace shortlist {

// The values of an attribute that holds several, separated by commas, without the blanks around them.
std::vector<std::string_view> attribute_values(std::string_view text);

// Whether an attribute of this text fulfils the condition. Numbers compare as numbers, all else by bytes; a
// missing value is neither more nor less than any.
bool holds(const Condition& condition, std::string_view text);

}  // namespace shortlist
