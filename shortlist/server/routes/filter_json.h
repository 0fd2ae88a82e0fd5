// Conditions on items' attributes, as requests write them.
#pragma once

#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/recommend/recommender.h"

namespace shortlist {

// Each a text, "year>=1990", or an object {"attribute", "comparison", "value"}. Throws a FieldError that
// names "filter.0" and the like, for values that are none of an attribute's kind too.
std::vector<Condition> read_conditions(const std::vector<Value>& filter, const Recommender& recommender);

}  // namespace shortlist
