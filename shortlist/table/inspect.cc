#include "shortlist/table/inspect.h"

#include <fmt/format.h>

#include <cmath>

#include "shortlist/table/sql_type.h"

namespace shortlist {
namespace {

// Each distinct value once with its count, and all figures from those. Columns: rows, missing, distinct, min,
// max, mean, average length, average words, most frequent values, their counts.
std::string summary_sql(const ColumnInfo& column, size_t most_frequent) {
  const bool text = column.type == ColumnType::text, list = column.type == ColumnType::list;
  const std::string number = text || list ? "NULL::DOUBLE" : "value::DOUBLE";
  const std::string length = text ? "length(value)" : list ? "len(value)" : "NULL::BIGINT";
  const std::string words =
      text ? R"(len(list_filter(string_split_regex(value, '\s+'), lambda word: word != '')))"
           : "NULL::BIGINT";
  const bool as_it_is =
      column.type == ColumnType::time || list;  // a time's own text says more than its seconds
  const std::string value =
      as_it_is ? sql_name(column.name) : select_as(sql_name(column.name), column.sql_type);
  const std::string seconds = column.type == ColumnType::time ? "epoch(value)" : number;
  return fmt::format(R"(
WITH counted AS MATERIALIZED (SELECT {value} AS value, count(*) AS n FROM {{table}} GROUP BY 1),
numbers AS (SELECT n, CASE WHEN isfinite({seconds}) THEN {seconds} END AS x, {length} AS characters, {words} AS words
            FROM counted WHERE value IS NOT NULL),
top AS (SELECT value::VARCHAR AS value, n FROM counted WHERE value IS NOT NULL
        ORDER BY counted.n DESC, counted.value LIMIT {most_frequent})
SELECT coalesce((SELECT sum(n) FROM counted), 0)::BIGINT,
       coalesce((SELECT sum(n) FROM counted WHERE value IS NULL), 0)::BIGINT,
       count(*), min(x), max(x), sum(x * n) / sum(n) FILTER (x IS NOT NULL),
       sum(characters * n)::DOUBLE / sum(n), sum(words * n)::DOUBLE / sum(n),
       (SELECT list(value) FROM top), (SELECT list(n) FROM top)
FROM numbers)",
                     fmt::arg("value", value), fmt::arg("seconds", seconds), fmt::arg("length", length),
                     fmt::arg("words", words), fmt::arg("most_frequent", most_frequent));
}

std::optional<double> optional_number(const Column& column) {
  if (column.is_missing(0)) return std::nullopt;
  return column.numbers[0];
}

ColumnSummary summary_of(const ColumnInfo& info, const Chunk& chunk) {
  const auto count = [&](size_t c) { return static_cast<uint64_t>(chunk.columns[c].integers[0]); };
  ColumnSummary summary = {info.name, info.type, info.sql_type, count(0), count(1), count(2)};
  summary.min = optional_number(chunk.columns[3]);
  summary.max = optional_number(chunk.columns[4]);
  summary.mean = optional_number(chunk.columns[5]);
  summary.average_length = optional_number(chunk.columns[6]);
  summary.average_words = optional_number(chunk.columns[7]);
  const Column &values = *chunk.columns[8].elements, &counts = *chunk.columns[9].elements;
  for (size_t i = 0; i < values.rows; ++i) {
    summary.most_frequent.emplace_back(values.texts[i], static_cast<uint64_t>(counts.integers[i]));
  }
  return summary;
}

}  // namespace

std::vector<ColumnSummary> inspect(const Table& table, size_t most_frequent) {
  std::vector<ColumnSummary> summaries;
  for (const ColumnInfo& column : table.columns()) {
    table.query(summary_sql(column, most_frequent),
                [&](const Chunk& chunk) { summaries.push_back(summary_of(column, chunk)); });
  }
  return summaries;
}

}  // namespace shortlist
