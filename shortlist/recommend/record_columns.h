// Converts a record to a table with one row.
#pragma once

#include <string>
#include <vector>

#include "shortlist/recommend/record.h"
#include "shortlist/table/column.h"

namespace shortlist {

// Returns a column for each name, with views of the record's text. Values that are not in the record are
// missing.
std::vector<Column> to_columns(const Record& record, const std::vector<std::string>& names);

// Throws a usage Error for an unknown column, with the nearest known one. `what` is what the record
// describes: "query".
void check_columns(const Record& record, const std::vector<std::string>& known, const char* what);

}  // namespace shortlist
