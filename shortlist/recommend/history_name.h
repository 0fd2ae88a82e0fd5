// The name by which every model's history can be given in a query, whatever the name of its column is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/recommend/record.h"

namespace shortlist {

struct Bundle;

// The columns of a query that hold a history.
std::vector<std::string> history_columns_of(const Bundle& bundle);

// The column that a name means: "history" is also the name of the only column with a history if no column is
// called so. Any other name means itself. `columns` are those of a query, `histories` those of them with a
// history.
std::string_view column_named(std::string_view name, const std::vector<std::string>& columns,
                              const std::vector<std::string>& histories);

// The names of `columns` as the query calls them.
std::vector<std::string> names_in(const Record& query, std::vector<std::string> columns,
                                  const std::vector<std::string>& histories);

}  // namespace shortlist
