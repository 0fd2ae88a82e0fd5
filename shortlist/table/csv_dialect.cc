#include <fmt/ranges.h>

#include "shortlist/table/source_sql.h"
#include "shortlist/table/sql_type.h"

namespace shortlist {
namespace {

// Columns of the query below.
enum { kDelimiter, kQuote, kEscape, kNewLine, kComment, kDate, kTimestamp, kSkip, kHeader, kNames, kTypes };
constexpr const char* kSniffSql = R"(
SELECT Delimiter, Quote, Escape, NewLineDelimiter, Comment, DateFormat, TimestampFormat, SkipRows::BIGINT, HasHeader::BIGINT,
       list_transform(Columns, lambda c: c.name), list_transform(Columns, lambda c: c.type)
FROM sniff_csv({}, {}))";

std::vector<ColumnInfo> sniff_columns() {
  std::vector<ColumnInfo> columns;
  for (int c = kDelimiter; c <= kTimestamp; ++c) columns.push_back({"", ColumnType::text, "VARCHAR"});
  for (int c = kSkip; c <= kHeader; ++c) columns.push_back({"", ColumnType::integer, "BIGINT"});
  for (int c = kNames; c <= kTypes; ++c) columns.push_back({"", ColumnType::list, "VARCHAR[]"});
  return columns;
}

std::string dialect_options(const Chunk& found) {
  const auto text = [&](int c) {
    const Column& column = found.columns[c];
    const std::string value(column.is_missing(0) ? "" : column.texts[0]);
    return value == "(empty)" ? "" : value;
  };
  std::vector<std::string> options = {"auto_detect=false", "delim=" + sql_text(text(kDelimiter)),
                                      "quote=" + sql_text(text(kQuote)), "escape=" + sql_text(text(kEscape)),
                                      "comment=" + sql_text(text(kComment))};
  if (text(kNewLine) == "\\n" || text(kNewLine) == "\\r\\n")
    options.push_back("new_line=" + sql_text(text(kNewLine)));
  if (!text(kDate).empty()) options.push_back("dateformat=" + sql_text(text(kDate)));
  if (!text(kTimestamp).empty()) options.push_back("timestampformat=" + sql_text(text(kTimestamp)));
  options.push_back(fmt::format("skip={}", found.columns[kSkip].integers[0]));
  options.push_back(fmt::format("header={}", found.columns[kHeader].integers[0] != 0));
  const Column &names = *found.columns[kNames].elements, &types = *found.columns[kTypes].elements;
  std::vector<std::string> columns;
  for (size_t c = 0; c < names.rows; ++c) {
    columns.push_back(fmt::format("{}: {}", sql_text(names.texts[c]), sql_text(types.texts[c])));
  }
  options.push_back(fmt::format("columns={{{}}}", fmt::join(columns, ", ")));
  return fmt::format("{}", fmt::join(options, ", "));
}

}  // namespace

std::string known_dialect_sql(const Database& database, const TextFile& file) {
  std::string dialect;
  database.stream(fmt::format(kSniffSql, file.path, file.options), sniff_columns(),
                  [&](const Chunk& found) { dialect = dialect_options(found); });
  if (dialect.empty()) return "";
  const std::string known =
      fmt::format("read_csv({}, {}, {}, hive_partitioning=false)", file.path, file.fixed, dialect);
  try {
    database.describe("SELECT * FROM " + known);
  } catch (const SqlError&) {
    return "";  // a dialect that cannot be said in options
  }
  return known;
}

}  // namespace shortlist
