#include "shortlist/table/read_range.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/table/source_sql.h"
#include "shortlist/table/sql_type.h"
#include "shortlist/table/value_coder.h"

namespace shortlist {
namespace {

// A column as a query reads it. Table::query() converts its type as Table::read() does. A column may be
// requested twice, so each has a name of its own.
std::string selected(const Table& table, const ColumnRequest& request, size_t place) {
  const ColumnInfo& column = table.columns()[table.column(request.name)];
  const ColumnSql sql = column_sql(table.source(), column, request.as);
  const bool as_text = sql.info.sql_type == "VARCHAR";
  return fmt::format("{} AS c{}", as_text ? sql.expression : sql_name(column.name), place);
}

// Words for missing values are removed where a text file is read, so columns that are read as they are
// written need a table without such words. Null if the table is good as it is.
std::optional<Table> table_as_written(const Table& table, std::span<const ColumnRequest> requests) {
  const bool written = std::ranges::any_of(
      requests, [](const ColumnRequest& request) { return includes(request.as, ReadAs::written); });
  if (!written || table.source().missing.empty()) return std::nullopt;
  TableSource plain = table.source();
  plain.missing.clear();
  Table same = Table::open(plain);
  if (!std::ranges::equal(same.columns(), table.columns(), {}, &ColumnInfo::name, &ColumnInfo::name))
    return std::nullopt;
  return same;
}

}  // namespace

void read_range(const Table& table, std::span<const ColumnRequest> requests, TableRange range,
                const std::function<void(const Chunk&)>& consume) {
  if (range.begin == 0 && range.end == TableRange::kAll) return table.read(requests, consume);
  if (range.size() == 0) return;
  std::vector<std::string> columns;
  for (size_t i = 0; i < requests.size(); ++i) columns.push_back(selected(table, requests[i], i));
  if (columns.empty()) columns.emplace_back("1::BIGINT AS c0");
  // DuckDB keeps the order of rows, so the limits count the table's rows.
  std::string sql = fmt::format("SELECT {} FROM {{table}}", fmt::join(columns, ", "));
  if (range.end != TableRange::kAll) sql += fmt::format(" LIMIT {}", range.size());
  if (range.begin > 0) sql += fmt::format(" OFFSET {}", range.begin);
  const std::optional<Table> written = table_as_written(table, requests);
  (written ? *written : table).query(sql, [&](const Chunk& read) {
    Chunk chunk = read;
    chunk.first_row += range.begin;
    consume(chunk);
  });
}

std::vector<CodedColumn> code_range(const Table& table, const std::vector<ColumnRequest>& requests,
                                    TableRange range) {
  std::vector<CodedColumn> columns(requests.size());
  std::deque<ValueCoder> coders;
  for (size_t i = 0; i < requests.size(); ++i) {
    columns[i].name = requests[i].name;
    columns[i].values.type = table.columns()[table.column(requests[i].name)].type;
    coders.emplace_back(columns[i]);
  }
  read_range(table, requests, range, [&](const Chunk& chunk) {
    check_row_count(chunk.first_row - range.begin + chunk.rows);
    for (size_t i = 0; i < requests.size(); ++i) coders[i].add(chunk.columns[i], chunk.first_row);
  });
  for (ValueCoder& coder : coders) coder.finish();
  return columns;
}

std::vector<std::string> files_of(const TableSource& source) { return source_files(source); }

}  // namespace shortlist
