// Reads conditions on items' attributes from requests.
#pragma once

#include <string>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/recommend/recommender.h"

namespace shortlist {

// Each condition is a text, "year>=1990", or an object {"attribute", "comparison", "value"}. Throws a
// FieldError that names "filter.0" or similar, also for a value whose kind does not fit the attribute.
std::vector<Condition> read_conditions(const std::vector<Value>& filter, const Recommender& recommender);

}  // namespace shortlist
