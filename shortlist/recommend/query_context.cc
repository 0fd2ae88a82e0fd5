#include "shortlist/recommend/query_context.h"

#include <algorithm>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/list_values.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/recommend/record_columns.h"
#include "shortlist/table/time_text.h"

namespace shortlist {
namespace {

// Converts a column to text with the same values.
Column as_texts(const Column& column, std::deque<std::string>& texts) {
  if (column.type == ColumnType::text) return column;
  Column result;
  result.rows = column.rows;
  result.missing = column.missing;
  result.missing.resize(column.rows);
  for (size_t row = 0; row < column.rows; ++row) {
    TextCell cell;
    std::string& text = texts.emplace_back();
    if (!column.is_missing(row) && column.type == ColumnType::time) {
      text = time_text(column.numbers[row]);
    } else if (cell.read(column, row)) {
      text = cell.text();
    } else {
      result.missing[row] = 1;
    }
    result.texts.push_back(text);
  }
  return result;
}

}  // namespace

QueryContext::QueryContext(const Bundle& bundle, const KnownUsers& users)
    : users_(users), ratings_(bundle.ratings), items_(bundle.items) {
  for (std::string& name : query_columns_of(bundle)) columns_.push_back({.name = std::move(name)});
  for (Known& column : columns_) {
    const auto at = std::ranges::find(bundle.context.columns, column.name, &UserContext::ContextColumn::name);
    if (at != bundle.context.columns.end()) column.values = &*at;
  }
  const FeatureMap features = bundle.features.select(bundle.spec.query);
  for (size_t i = 0; i < features.size(); ++i) {
    for (const size_t c : features.columns_of(i)) columns_[c].is_read = true;
    if (const auto* history = dynamic_cast<const HistoryFeature*>(features[i].feature.get())) {
      size_t& length = columns_[features.column_of(i)].length;
      length = std::max(length, static_cast<size_t>(history->settings().length));
    }
  }
  if (!adds_history_column(bundle)) return;
  columns_.back() = {
      .name = columns_.back().name, .is_read = true, .length = SIZE_MAX, .is_of_retriever = true};
  if (bundle.towers != nullptr) return;
  // The retriever reads the user's history, and nothing reads the features.
  for (Known& column : columns_)
    if (column.name == bundle.spec.user) column.is_read = false;
}

std::vector<std::string> QueryContext::history_of(uint32_t user, size_t length) const {
  const std::span<const int32_t> items = ratings_.items_of(user);
  std::vector<std::string> ids;
  for (int32_t item : items.last(std::min(length, items.size())))
    ids.push_back(items_.ids[static_cast<size_t>(item)]);
  return ids;
}

std::vector<std::string> QueryContext::known_history(const std::vector<Column>& queries, size_t column,
                                                     size_t row) const {
  if (!is_history(column) || !queries[column].is_missing(row)) return {};
  const uint32_t user = users_.number(queries, row);
  return user == unknown_index ? std::vector<std::string>() : history_of(user, columns_[column].length);
}

bool QueryContext::has_value(const std::vector<Column>& queries, size_t column, size_t row) const {
  const Known& known = columns_[column];
  if (!fills(column) || queries[column].type == ColumnType::list) return false;
  const uint32_t user = users_.number(queries, row);
  if (user == unknown_index) return false;
  if (known.is_of_retriever) return !ratings_.items_of(user).empty();
  return known.values == nullptr || known.values->users[user] != UserContext::kNone;
}

std::optional<std::string> QueryContext::value(const std::vector<Column>& queries, size_t column,
                                               size_t row) const {
  const Known& known = columns_[column];
  if (!has_value(queries, column, row)) return std::nullopt;
  const uint32_t user = users_.number(queries, row);
  if (known.values == nullptr)
    return bracketed_list(history_of(user, known.length));  // as HistoryFeature reads
  return known.values->values[static_cast<size_t>(known.values->users[user])];
}

const std::vector<Column>& QueryContext::fill(const std::vector<Column>& queries, std::vector<Column>& memory,
                                              std::deque<std::string>& texts) const {
  for (size_t c = 0; c < queries.size(); ++c) {
    bool copied = false;
    for (size_t row = 0; fills(c) && !is_of_retriever(c) && row < queries[c].rows; ++row) {
      if (!queries[c].is_missing(row)) continue;
      std::optional<std::string> found = value(queries, c, row);
      if (!found) continue;
      if (memory.empty()) memory = queries;
      if (!copied) memory[c] = as_texts(queries[c], texts);
      copied = true;
      memory[c].texts[row] = texts.emplace_back(std::move(*found));
      memory[c].missing[row] = 0;
    }
  }
  return memory.empty() ? queries : memory;
}

std::vector<ColumnGaps> QueryContext::gaps(const std::vector<Column>& queries) const {
  std::vector<ColumnGaps> gaps;
  for (size_t c = 0; c < columns_.size(); ++c) {
    ColumnGaps& gap = gaps.emplace_back();
    gap.column = columns_[c].name;
    gap.is_usual = is_history(c) || !is_read(c);
    gap.gets_popular = is_of_retriever(c);
    for (size_t row = 0; is_read(c) && row < queries[c].rows; ++row) {
      if (!queries[c].is_missing(row)) continue;
      ++(has_value(queries, c, row) ? gap.filled : gap.missing);
    }
  }
  return gaps;
}

}  // namespace shortlist
