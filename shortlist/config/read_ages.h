// The ages of items, which consist of a feature of the query and one of the items: the query has the time of
// the row, the item the time since which its age counts, and rankings read the difference.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/config/config.h"
#include "shortlist/features/age.h"

namespace shortlist {

// Adds to the query what the ages of the items need. Throws a usage Error if an age is not a feature that
// only rankings read.
void complete_ages(Config& config);

// The settings of a feature if it is an age, or the query's part of one; else null.
const AgeSettings* age_of(const Config& config, const std::string& name);

// The name of the query's part of an age, and of the age that it is a part of, or "".
std::string at_of_age(std::string_view age);
std::string item_of_age(std::string_view name);

}  // namespace shortlist
