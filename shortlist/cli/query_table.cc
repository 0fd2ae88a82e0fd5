#include "shortlist/cli/query_table.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/value.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/words.h"

namespace shortlist {

QueryTable::QueryTable(const Recommender& recommender, const Table& table) {
  const std::vector<std::string>& known = recommender.query_columns();
  std::vector<std::string> all, others;
  for (const ColumnInfo& column : table.columns()) {
    all.push_back(column.name);
    if (std::ranges::find(known, column.name) == known.end()) others.push_back(column.name);
  }
  for (const ColumnRequest& request : recommender.query_requests()) {
    gaps_.push_back({.column = request.name});
    const bool has = table.has_column(request.name);
    place_.push_back(has ? static_cast<int>(requests_.size()) : -1);
    const std::string near = has ? "" : nearest(request.name, others);
    suggestions_.push_back(near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
    if (has) requests_.push_back(request);
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
  }
}

void QueryTable::say_gaps() const {
  for (size_t c = 0; c < gaps_.size(); ++c) {
    const auto& [column, missing, filled] = gaps_[c];
    if (place_[c] < 0) say("note: the table has no column '{}'{}", column, suggestions_[c]);
    if (filled > 0)
      say("note: {}: {} of {} queries use their user's value in the training data", column,
          count_text(filled), count_text(rows_));
    if (missing > 0)
      say("note: {}: not given in {} of {} queries, so the model treats it as missing", column,
          count_text(missing), count_text(rows_));
  }
}

}  // namespace shortlist
