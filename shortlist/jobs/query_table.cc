#include "shortlist/jobs/query_table.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/count_text.h"
#include "shortlist/base/value.h"
#include "shortlist/features/history.h"
#include "shortlist/recommend/history_name.h"

namespace shortlist {
namespace {

// What the table calls a column of the query: by its name, or by the other name of a history.
std::string name_in(const Table& table, const std::string& column, const Recommender& recommender) {
  const std::string other = HistorySettings::kind;
  const bool is_history =
      column_named(other, recommender.query_columns(), recommender.history_columns()) == column;
  return is_history && !table.has_column(column) && table.has_column(other) ? other : column;
}

}  // namespace

QueryTable::QueryTable(const Recommender& recommender, const Table& table) {
  const std::vector<std::string>& known = recommender.query_columns();
  std::vector<std::string> all, others;
  for (const ColumnInfo& column : table.columns()) {
    all.push_back(column.name);
    if (std::ranges::find(known, column.name) == known.end()) others.push_back(column.name);
  }
  for (const ColumnRequest& request : recommender.query_requests()) {
    gaps_.push_back({.column = request.name});
    const std::string name = name_in(table, request.name, recommender);
    const bool has = table.has_column(name);
    place_.push_back(has ? static_cast<int>(requests_.size()) : -1);
    const std::string near = has ? "" : nearest(request.name, others);
    suggestions_.push_back(near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
    if (has) {
      requests_.push_back(request);
      requests_.back().name = name;
    }
  }
  if (requests_.empty() && !gaps_.empty()) {
    throw data_error("{}: has none of the query's columns ({}); its columns are {}",
                     table.source().describe(), fmt::join(known, ", "), fmt::join(all, ", "));
  }
}

std::vector<Column> QueryTable::columns(const Chunk& chunk) const {
  std::vector<Column> columns;
  for (int place : place_) {
    if (place >= 0) {
      columns.push_back(chunk.columns[static_cast<size_t>(place)]);
      continue;
    }
    Column& column = columns.emplace_back();
    column.rows = chunk.rows;
    column.texts.resize(chunk.rows);
    column.missing.assign(chunk.rows, 1);
  }
  return columns;
}

void QueryTable::count(const std::vector<ColumnGaps>& gaps, uint64_t rows) {
  rows_ += rows;
  for (size_t c = 0; c < gaps.size(); ++c) {
    gaps_[c].missing += gaps[c].missing;
    gaps_[c].filled += gaps[c].filled;
    gaps_[c].is_usual = gaps[c].is_usual;
    gaps_[c].gets_popular = gaps[c].gets_popular;
  }
}

std::vector<std::string> QueryTable::notes() const {
  std::vector<std::string> notes;
  for (size_t c = 0; c < gaps_.size(); ++c) {
    const auto& [column, missing, filled, is_usual, gets_popular] = gaps_[c];
    if (is_usual && missing == 0) continue;
    if (place_[c] < 0)
      notes.push_back(fmt::format("the table has no column '{}'{}", column, suggestions_[c]));
    if (filled > 0)
      notes.push_back(fmt::format("{}: {} of {} queries use their user's value in the training data", column,
                                  count_text(filled), count_text(rows_)));
    if (missing > 0)
      notes.push_back(
          fmt::format("{}: not given{} in {} of {} queries, so {}", column,
                      gets_popular ? ", and the user is new," : "", count_text(missing), count_text(rows_),
                      gets_popular ? "popular items are recommended" : "the model treats it as missing"));
  }
  return notes;
}

}  // namespace shortlist
