// Messages about columns that queries do not give.
#pragma once

#include <string>
#include <vector>

#include "shortlist/recommend/query_context.h"
#include "shortlist/recommend/recommender.h"

namespace shortlist {

// What a person should know about columns that a query does not give: "age is not given, so it is missing to
// the model".
std::vector<std::string> notes_on_gaps(const Recommender& recommender, const Record& query);
// The same of many queries, in one message for each column; filled columns are not mentioned.
std::vector<std::string> warnings_of_gaps(const std::vector<ColumnGaps>& gaps, size_t queries);

}  // namespace shortlist
