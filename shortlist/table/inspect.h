// What stands in a table: each column's type, missing values, distinct count, range and most frequent values.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/table/column_summary.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Reads the table once. `progress` is told the rows that were read so far. Memory: the distinct values, up to
// about 2 GiB; columns with the most are then counted by a sketch.
std::vector<ColumnSummary> inspect(const Table& table, size_t most_frequent = 5,
                                   const std::function<void(uint64_t rows)>& progress = nullptr);

// What a person should know about a table before it is used: columns that hold words for missing values.
std::vector<std::string> inspect_notes(const TableSource& source, const std::vector<ColumnSummary>& columns);

std::string_view column_type_name(ColumnType type);  // "text", "integer", ...

// An aligned table for people. Long values are cut.
std::string inspect_text(const TableSource& source, const std::vector<ColumnSummary>& columns);

// {"table", "rows", "columns": [{"name", "type", "sql_type", "missing", "distinct", "min", "max", "mean",
// "average_length", "average_words", "most_frequent": [{"value", "rows"}]}]}; what does not apply is left
// out. "distinct_is_estimate" is there where it is true.
nlohmann::json inspect_json(const TableSource& source, const std::vector<ColumnSummary>& columns);

}  // namespace shortlist
