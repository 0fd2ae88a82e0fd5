// Messages about columns that are missing from queries.
#pragma once

#include <string>
#include <vector>

#include "shortlist/recommend/query_context.h"
#include "shortlist/recommend/recommender.h"

namespace shortlist {

// Notes for people about columns that are missing from a query: "age is not given, so it is missing to the
// model".
std::vector<std::string> notes_on_gaps(const Recommender& recommender, const Record& query);
// The same for many queries, with one message per column. Columns that were filled in are not mentioned.
std::vector<std::string> warnings_of_gaps(const std::vector<ColumnGaps>& gaps, size_t queries);

}  // namespace shortlist
