#include "shortlist/table/sql_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// Types that fit into int64.
constexpr std::string_view kIntegers[] = {"TINYINT",  "SMALLINT",  "INTEGER", "BIGINT",
                                          "UTINYINT", "USMALLINT", "UINTEGER"};

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// The parentheses of an ENUM or STRUCT may contain anything, but only a list ends in a bracket.
bool is_list(std::string_view sql_type) { return !sql_type.empty() && sql_type.back() == ']'; }

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (char c : text) {
    // DuckDB would ignore everything from the zero byte on.
    if (c == '\0') throw data_error("the name '{}' has a zero byte", text.substr(0, text.find(c)));
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

}  // namespace

ColumnType column_type(std::string_view sql_type) {
  if (is_list(sql_type)) return ColumnType::list;
  if (std::find(std::begin(kIntegers), std::end(kIntegers), sql_type) != std::end(kIntegers)) {
    return ColumnType::integer;
  }
  if (sql_type == "DOUBLE" || sql_type == "FLOAT") return ColumnType::number;
  if (sql_type == "DATE" || starts_with(sql_type, "TIMESTAMP")) return ColumnType::time;
  return ColumnType::text;
}

std::string element_type(std::string_view sql_type) {
  const std::string_view element = sql_type.substr(0, sql_type.rfind('['));
  if (is_list(element)) return "VARCHAR";  // lists of lists: inner lists are read as text
  return starts_with(element, "DECIMAL(") ? "DOUBLE" : std::string(element);
}

std::string select_as(const std::string& expression, std::string_view sql_type) {
  switch (column_type(sql_type)) {
    case ColumnType::text:
      return sql_type == "VARCHAR" ? expression : fmt::format("({})::VARCHAR", expression);
    case ColumnType::integer:
      return sql_type == "BIGINT" ? expression : fmt::format("({})::BIGINT", expression);
    case ColumnType::number:
      return sql_type == "DOUBLE" ? expression : fmt::format("({})::DOUBLE", expression);
    case ColumnType::time:
      return fmt::format("epoch({})", expression);
    case ColumnType::list:
      break;
  }
  const std::string element = select_as("element", element_type(sql_type));
  const ColumnType type = column_type(element_type(sql_type));
  if (type == ColumnType::time)
    return fmt::format("list_transform({}, lambda element: {})", expression, element);
  const char* names[] = {"VARCHAR", "BIGINT", "DOUBLE"};
  return fmt::format("({})::{}[]", expression, names[static_cast<int>(type)]);
}

std::string sql_text(std::string_view text) { return quoted(text, '\''); }
std::string sql_name(std::string_view name) { return quoted(name, '"'); }

}  // namespace shortlist
