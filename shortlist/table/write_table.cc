#include <algorithm>
#include <cmath>
#include <iterator>

#include "shortlist/table/json_columns.h"
#include "shortlist/table/source_sql.h"
#include "shortlist/table/sql_type.h"
#include "shortlist/table/table_writer.h"
#include "shortlist/table/text_value.h"
#include "shortlist/table/time_format.h"
#include "shortlist/table/time_text.h"

namespace shortlist {
namespace {

// The types that, when written, give back every text of a column: 12 is an integer and 1.5 a number, but 012,
// 1.10 and 1e3 are texts.
struct WrittenTypes {
  bool integer = true, number = true, truth = true, date = true, time = true;
  bool some = false;

  void add(std::string_view text) {
    some = true;
    int64_t i = 0;
    double x = 0;
    char digits[32];
    integer = integer && parse_canonical_integer(text, i);
    number =
        number && parse_number(text, x) && std::isfinite(x) && is_written_as(text, write_number(x, digits));
    truth = truth && (text == "true" || text == "false");
    constexpr size_t kDateBytes = 10;
    const bool is_time = (date || time) && parse_iso_time(text, x);
    const std::string written = is_time ? time_text(x) : "";
    date = date && is_time && text.size() == kDateBytes && written == std::string(text) + " 00:00:00";
    time = time && is_time && text == written;
  }
  // 2.0 is also the canonical notation of a number that is not an integer.
  static bool is_written_as(std::string_view text, std::string_view number) {
    if (text.ends_with(".0") && number.find('.') == number.npos) text.remove_suffix(2);
    return text == number && text.find('e') == text.npos;
  }
  std::string sql_type() const {
    if (!some) return "";
    return integer  ? "BIGINT"
           : number ? "DOUBLE"
           : truth  ? "BOOLEAN"
           : date   ? "DATE"
           : time   ? "TIMESTAMP"
                    : "";
  }
};

std::vector<std::string> written_types(const Table& table) {
  std::vector<ColumnRequest> requests;
  for (const ColumnInfo& column : table.columns()) requests.push_back({column.name});
  std::vector<WrittenTypes> types(requests.size());
  table.read(requests, [&](const Chunk& chunk) {
    for (size_t c = 0; c < types.size(); ++c) {
      const Column& column = chunk.columns[c];
      if (column.type != ColumnType::text) continue;
      for (size_t row = 0; row < chunk.rows; ++row) {
        if (!column.is_missing(row)) types[c].add(column.texts[row]);
      }
    }
  });
  std::vector<std::string> names;
  for (const WrittenTypes& type : types) names.push_back(type.sql_type());
  return names;
}

// How a column is read and written.
struct CopiedColumn {
  ColumnRequest request;
  OutputColumn output;
};

CopiedColumn to_text_file(const ColumnInfo& column) {
  const bool exact = column.sql_type == "DATE" || column.sql_type == "FLOAT";
  if (!exact) return {{column.name}, {column.name, column.type}};
  return {{column.name, ReadAs::written}, {column.name, ColumnType::text}};
}

CopiedColumn to_parquet(const ColumnInfo& column, const std::string& written_type) {
  const bool exact = column.sql_type == "DATE" || column.sql_type == "FLOAT" ||
                     (column.type == ColumnType::text && column.sql_type != "VARCHAR") ||
                     column.type == ColumnType::list;
  if (exact) return {{column.name, ReadAs::written}, {.name = column.name, .sql_type = column.sql_type}};
  return {{column.name},
          {.name = column.name,
           .type = column.type,
           .sql_type = column.sql_type == "VARCHAR" ? written_type : ""}};
}

// JSON has integers, numbers, true and false; everything else is written as text.
CopiedColumn to_json(const ColumnInfo& column, const std::string& written_type) {
  CopiedColumn copied = to_text_file(column);
  if (column.sql_type != "VARCHAR") return copied;
  if (written_type == "BIGINT") copied.output.type = ColumnType::integer;
  if (written_type == "DOUBLE") copied.output.type = ColumnType::number;
  return copied;
}

// Converts texts to the integers or numbers that they represent.
void to_type(Column& column, ColumnType type) {
  if (column.type == type) return;
  for (size_t row = 0; row < column.rows; ++row) {
    int64_t integer = 0;
    double number = 0;
    if (type == ColumnType::integer) {
      parse_canonical_integer(column.texts[row], integer);
      column.integers.push_back(integer);
    } else {
      parse_number(column.texts[row], number);
      column.numbers.push_back(number);
    }
  }
  column.type = type;
}

// Integers, finite numbers, true and false.
bool is_raw_json(const std::string& sql_type) {
  constexpr std::string_view kTypes[] = {"BOOLEAN", "TINYINT",  "SMALLINT",  "INTEGER",
                                         "BIGINT",  "UTINYINT", "USMALLINT", "UINTEGER",
                                         "UBIGINT", "HUGEINT",  "UHUGEINT"};
  return std::ranges::find(kTypes, sql_type) != std::end(kTypes) || sql_type.starts_with("DECIMAL(");
}

enum class Target { text, json, parquet };

Target target_of(const std::string& path) {
  const std::string format = format_of_output(path);
  return format == "parquet" ? Target::parquet : format == "jsonl" ? Target::json : Target::text;
}

}  // namespace

std::vector<bool> columns_of_raw_json(const Table& table) {
  std::vector<bool> raw;
  const std::string& path = table.source().path;
  const bool is_json = !path.empty() && !is_text_file(table.source()) && !path.ends_with(".parquet");
  std::vector<std::string> types;
  if (is_json) {
    types = json_types(table.source());
  } else if (is_text_file(table.source())) {
    types = written_types(table);
  }
  for (size_t c = 0; c < table.columns().size(); ++c) {
    const std::string& type = c < types.size() ? types[c] : table.columns()[c].sql_type;
    // A JSON file contains only numbers that JSON can represent; a Parquet file may contain NaN.
    raw.push_back(is_raw_json(type) || (type == "DOUBLE" && !types.empty()));
  }
  return raw;
}

uint64_t write_table(const Table& table, const std::string& path,
                     const std::function<void(uint64_t rows)>& written) {
  const Target target = target_of(path);
  const bool typed = target != Target::text && table.source().sql.empty();
  const std::vector<std::string> types =
      typed ? written_types(table) : std::vector<std::string>(table.columns().size());
  std::vector<ColumnRequest> requests;
  std::vector<OutputColumn> outputs;
  for (size_t c = 0; c < types.size(); ++c) {
    const ColumnInfo& column = table.columns()[c];
    CopiedColumn copied = target == Target::parquet ? to_parquet(column, types[c])
                          : target == Target::json  ? to_json(column, types[c])
                                                    : to_text_file(column);
    requests.push_back(std::move(copied.request));
    outputs.push_back(std::move(copied.output));
  }
  TableWriter writer(path, outputs);
  uint64_t rows = 0;
  table.read(requests, [&](const Chunk& chunk) {
    Chunk converted = chunk;
    for (size_t c = 0; c < outputs.size(); ++c) to_type(converted.columns[c], outputs[c].type);
    writer.write(converted);
    rows += chunk.rows;
    if (written) written(rows);
  });
  writer.finish();
  return rows;
}

}  // namespace shortlist
