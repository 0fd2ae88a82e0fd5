// A table's source as SQL, and DuckDB's complaints about it in the user's names.
#pragma once

#include <string>

#include "shortlist/base/error.h"
#include "shortlist/table/table.h"

namespace shortlist {

// What stands after FROM. Throws a data Error where a file is missing or has no bytes.
std::string source_sql(const TableSource& source);

// "clean_data.csv:1842: column 'Feedback': 'ten' is not a number", or DuckDB's first useful line.
Error source_error(const TableSource& source, const std::string& message);

}  // namespace shortlist
