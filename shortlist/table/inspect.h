// Describes a table: each column's type, missing values, distinct count, range and most frequent values.
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

// Reads the table once. `progress` receives the number of rows read so far. Keeps the distinct values in
// memory up to about 2 GiB; beyond that, the columns with the most distinct values are counted by a sketch.
std::vector<ColumnSummary> inspect(const Table& table, size_t most_frequent = 5,
                                   const std::function<void(uint64_t rows)>& progress = nullptr);

// Ends a description of a text column: ", such as '7,52'; if the decimal point is a comma, set decimal =
// ...". Empty unless each of the most frequent values is a number and at least one contains a comma.
std::string advice_on_commas(const ColumnSummary& column);

// Advice to the user before a table is used: columns that contain words for missing values, or
// numbers with commas.
std::vector<std::string> inspect_notes(const TableSource& source, const std::vector<ColumnSummary>& columns);

std::string_view column_type_name(ColumnType type);  // "text", "integer", ...

// An aligned table for display. Long values are truncated.
std::string inspect_text(const TableSource& source, const std::vector<ColumnSummary>& columns);

// {"table", "rows", "columns": [{"name", "type", "sql_type", "missing", "distinct", "min", "max", "mean",
// "average_length", "average_words", "most_frequent": [{"value", "rows"}]}]}. Keys that do not apply are
// omitted; "distinct_is_estimate" is present only if true.
nlohmann::json inspect_json(const TableSource& source, const std::vector<ColumnSummary>& columns);

}  // namespace shortlist
