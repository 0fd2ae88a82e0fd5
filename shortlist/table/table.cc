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
  OpenedSource opened;
  std::string from;  // the text after FROM
  std::vector<ColumnInfo> columns;
};

namespace {

// DuckDB 1.5 fails while it reports invalid text if only some columns were requested, and the database is
// then unusable. A new database that reads all columns returns the message.
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

}  // namespace

Table::Table(std::unique_ptr<State> state) : state_(std::move(state)) {}
Table::Table(Table&&) noexcept = default;
Table& Table::operator=(Table&&) noexcept = default;
Table::~Table() = default;

Table Table::open(const TableSource& source) {
  auto state = std::make_unique<State>();
  state->source = source;
  try {
    state->opened = open_source(state->database, source);
    state->from = state->opened.from;
    state->columns = state->database.describe("SELECT * FROM " + state->from);
  } catch (const SqlError& error) {
    throw source_error(source, error.what());
  }
  return Table(std::move(state));
}

const std::vector<ColumnInfo>& Table::columns() const { return state_->columns; }
const TableSource& Table::source() const { return state_->source; }
const std::vector<std::string>& Table::notes() const { return state_->opened.notes; }

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
  std::vector<ColumnRequest> requests;
  for (const std::string& name : names) requests.push_back({name});
  read(requests, consume);
}

// The reader of text files removes words for missing values before a column is read with ReadAs::written.
std::string Table::from(std::span<const ColumnRequest> requests) const {
  const bool written = std::ranges::any_of(
      requests, [](const ColumnRequest& request) { return includes(request.as, ReadAs::written); });
  if (!written || source().missing.empty()) return state_->from;
  TableSource plain = source();
  plain.missing.clear();
  const std::string from = open_source(state_->database, plain).from;
  const std::vector<ColumnInfo> same = state_->database.describe("SELECT * FROM " + from);
  return std::ranges::equal(same, columns(), {}, &ColumnInfo::name, &ColumnInfo::name) ? from : state_->from;
}

void Table::read(std::span<const ColumnRequest> requests,
                 const std::function<void(const Chunk&)>& consume) const {
  std::vector<std::string> selected;
  std::vector<ColumnInfo> infos;
  for (const ColumnRequest& request : requests) {
    ColumnSql sql = column_sql(source(), columns()[column(request.name)], request.as);
    infos.push_back(std::move(sql.info));
    selected.push_back(std::move(sql.expression));
  }
  const bool none = selected.empty();  // only the number of rows is requested
  if (none) selected.push_back("1::BIGINT");
  const std::string from = this->from(requests);
  try {
    state_->database.stream(fmt::format("SELECT {} FROM {}", fmt::join(selected, ", "), from), infos,
                            consume);
  } catch (const SqlError& error) {
    throw failure(source(), from, error);
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
