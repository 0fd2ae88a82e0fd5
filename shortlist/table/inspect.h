// What stands in a table: each column's type, missing values, distinct count, range and most frequent values.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

struct ColumnSummary {
  std::string name;
  ColumnType type = ColumnType::text;
  std::string sql_type;
  uint64_t rows = 0;
  uint64_t missing = 0;
  uint64_t distinct = 0;  // exact; missing ones do not count
  // Integers, numbers and times (seconds); none without values. Not over NaN.
  std::optional<double> min, max, mean;
  // Texts: in characters, and in words between white space. Lists: the number of elements.
  std::optional<double> average_length, average_words;
  // As text, the most frequent first, equal counts in the order of the values.
  std::vector<std::pair<std::string, uint64_t>> most_frequent;
};

// One pass over the table a column.
std::vector<ColumnSummary> inspect(const Table& table, size_t most_frequent = 5);

std::string_view column_type_name(ColumnType type);  // "text", "integer", ...

// An aligned table for people. Long values are cut.
std::string inspect_text(const TableSource& source, const std::vector<ColumnSummary>& columns);

// {"table", "rows", "columns": [{"name", "type", "sql_type", "missing", "distinct", "min", "max", "mean",
// "average_length", "average_words", "most_frequent": [{"value", "rows"}]}]}; what does not apply is left
// out.
nlohmann::json inspect_json(const TableSource& source, const std::vector<ColumnSummary>& columns);

}  // namespace shortlist
