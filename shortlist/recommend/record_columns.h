// A record as a table of one row.
#pragma once

#include <string>
#include <vector>

#include "shortlist/recommend/record.h"
#include "shortlist/table/column.h"

namespace shortlist {

// A column for each name, which views the record's text; a value that is not there is missing.
std::vector<Column> to_columns(const Record& record, const std::vector<std::string>& names);

// Throws a usage Error for a column that is not among the known ones, with the nearest of them; `what` says
// whose the record is: "query".
void check_columns(const Record& record, const std::vector<std::string>& known, const char* what);

}  // namespace shortlist
