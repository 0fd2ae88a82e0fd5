#include "shortlist/table/table.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/base/value.h"
#include "shortlist/table/database.h"
#include "shortlist/table/source_sql.h"
#include "shortlist/table/sql_type.h"

namespace shortlist {

struct Table::State {
  TableSource source;
  Database database;
  std::string from;  // what stands after FROM
  std::vector<ColumnInfo> columns;
};

namespace {

// DuckDB pads: column00 to column23. Names must not depend on how many columns there are.
std::string generated_name(size_t column, size_t columns) {
  const size_t digits = std::to_string(columns - 1).size();
  return fmt::format("column{:0{}}", column, digits);
}

// Renames the columns of a file without a header to column0, column1, ...; SQL that follows must do the same.
std::string rename_generated(const std::string& from, std::vector<ColumnInfo>& columns) {
  if (columns.size() <= 10) return from;
  std::vector<std::string> selected;
  for (size_t c = 0; c < columns.size(); ++c) {
    const std::string name = generated_name(c, columns.size());
    if (columns[c].name != name) return from;
    columns[c].name = fmt::format("column{}", c);
    selected.push_back(fmt::format("{} AS {}", name, columns[c].name));
  }
  return fmt::format("(SELECT {} FROM {})", fmt::join(selected, ", "), from);
}

// DuckDB 1.5 stumbles over its own report of invalid text when not all columns were asked for, and that
// database is then lost. Asked for all, another one says what is wrong.
Error failure(const TableSource& source, const std::string& from, const SqlError& error) {
  const std::string message = error.what();
  if (message.find("INTERNAL Error") == message.npos) return source_error(source, message);
  try {
    Database().run("SELECT * FROM " + from);
  } catch (const SqlError& again) {
    return source_error(source, again.what());
  }
  return source_error(source, message);
}

// A wrong number of names makes the sniffer fail, or is taken in silence.
void check_names(const Database& database, TableSource source) {
  if (source.columns.empty() || source.path.empty()) return;
  const size_t names = source.columns.size();
  source.columns.clear();
  source.header = source.header.value_or(false);
  const size_t columns = database.describe("SELECT * FROM " + source_sql(source)).size();
  if (names == columns) return;
  throw data_error("{}: got {} column names, but the file has {} columns", source.describe(), names, columns);
}

}  // namespace

std::string TableSource::describe() const { return path.empty() ? "the query" : path; }

Table::Table(std::unique_ptr<State> state) : state_(std::move(state)) {}
Table::Table(Table&&) noexcept = default;
Table& Table::operator=(Table&&) noexcept = default;
Table::~Table() = default;

Table Table::open(const TableSource& source) {
  auto state = std::make_unique<State>();
  state->source = source;
  state->from = source_sql(source);
  try {
    check_names(state->database, source);
    if (const auto file = text_file(source)) {
      const std::string known = known_dialect_sql(state->database, *file);
      if (!known.empty()) state->from = known;
    }
    state->columns = state->database.describe("SELECT * FROM " + state->from);
  } catch (const SqlError& error) {
    throw source_error(source, error.what());
  }
  state->from = rename_generated(state->from, state->columns);
  return Table(std::move(state));
}

const std::vector<ColumnInfo>& Table::columns() const { return state_->columns; }
const TableSource& Table::source() const { return state_->source; }

bool Table::has_column(std::string_view name) const {
  return std::any_of(columns().begin(), columns().end(), [&](const ColumnInfo& c) { return c.name == name; });
}

size_t Table::column(std::string_view name) const {
  std::vector<std::string> known;
  for (size_t c = 0; c < columns().size(); ++c) {
    if (columns()[c].name == name) return c;
    known.push_back(columns()[c].name);
  }
  const std::string near = nearest(name, known);
  throw data_error("{}: has no column '{}'{} (columns: {})", source().describe(), name,
                   near.empty() ? "" : fmt::format("; did you mean '{}'?", near), fmt::join(known, ", "));
}

void Table::read(std::span<const std::string> names, const std::function<void(const Chunk&)>& consume) const {
  std::vector<std::string> selected;
  std::vector<ColumnInfo> infos;
  for (const std::string& name : names) {
    infos.push_back(columns()[column(name)]);
    selected.push_back(select_as(sql_name(name), infos.back().sql_type));
  }
  const bool none = selected.empty();  // only the number of rows
  if (none) selected.push_back("1::BIGINT");
  try {
    state_->database.stream(fmt::format("SELECT {} FROM {}", fmt::join(selected, ", "), state_->from), infos,
                            consume);
  } catch (const SqlError& error) {
    throw failure(source(), state_->from, error);
  }
}

void Table::query(const std::string& select, const std::function<void(const Chunk&)>& consume) const {
  std::string sql = select;
  const std::string name = "{table}";
  for (size_t at = 0; (at = sql.find(name, at)) != sql.npos; at += state_->from.size()) {
    sql.replace(at, name.size(), state_->from);
  }
  try {
    const std::vector<ColumnInfo> infos = state_->database.describe(sql);
    std::vector<std::string> selected;
    for (const ColumnInfo& info : infos) selected.push_back(select_as(sql_name(info.name), info.sql_type));
    state_->database.stream(fmt::format("SELECT {} FROM ({})", fmt::join(selected, ", "), sql), infos,
                            consume);
  } catch (const SqlError& error) {
    throw failure(source(), state_->from, error);
  }
}

uint64_t Table::rows() const {
  uint64_t rows = 0;
  query("SELECT count(*) FROM {table}", [&](const Chunk& chunk) { rows = chunk.columns[0].integers[0]; });
  return rows;
}

}  // namespace shortlist
