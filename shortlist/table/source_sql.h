// Converts a table's source to SQL.
#pragma once

#include <string>

#include "shortlist/base/error.h"
#include "shortlist/table/column.h"
#include "shortlist/table/column_request.h"
#include "shortlist/table/database.h"
#include "shortlist/table/table_source.h"
#include "shortlist/table/text_source.h"

namespace shortlist {

// Returns the text to put after FROM. Throws a usage or data Error if files are missing, empty or of several
// formats, or if a text file's dialect cannot be detected.
OpenedSource open_source(const Database& database, const TableSource& source);

// The files of a path, in the order in which they are read. Empty for other sources.
std::vector<std::string> source_files(const TableSource& source);

// Whether the source is a text file, or a glob of text files, whose first line may contain the column names.
bool is_text_file(const TableSource& source);

// The types that all values of a JSON file's columns have in the file.
std::vector<std::string> json_types(const TableSource& source);

// The SQL expression of a column read for a given use, and the resulting column.
struct ColumnSql {
  std::string expression;
  ColumnInfo info;
};
ColumnSql column_sql(const TableSource& source, const ColumnInfo& column, ReadAs as);

// Rewrites DuckDB's error message in the user's names: "clean_data.csv:1842: the row has 2 columns, need 3".
Error source_error(const TableSource& source, const std::string& message);

}  // namespace shortlist
