#include "shortlist/recommend/query_context.h"

#include <algorithm>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/cell.h"
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
    : names_(bundle.features.select(bundle.spec.query).columns()), values_(names_.size()), users_(users) {
  for (const auto& column : bundle.context.columns) {
    const auto at = std::ranges::find(names_, column.name);
    if (at != names_.end()) values_[static_cast<size_t>(at - names_.begin())] = &column;
  }
}

const std::string* QueryContext::value(const std::vector<Column>& queries, size_t column, size_t row) const {
  const UserContext::ContextColumn* values = values_[column];
  if (values == nullptr || queries[column].type == ColumnType::list) return nullptr;
  const uint32_t user = users_.number(queries, row);
  if (user == unknown_index) return nullptr;
  const int32_t place = values->users[user];
  return place == UserContext::kNone ? nullptr : &values->values[static_cast<size_t>(place)];
}

const std::vector<Column>& QueryContext::fill(const std::vector<Column>& queries, std::vector<Column>& memory,
                                              std::deque<std::string>& texts) const {
  for (size_t c = 0; c < queries.size(); ++c) {
    bool copied = false;
    for (size_t row = 0; values_[c] != nullptr && row < queries[c].rows; ++row) {
      if (!queries[c].is_missing(row)) continue;
      const std::string* found = value(queries, c, row);
      if (found == nullptr) continue;
      if (memory.empty()) memory = queries;
      if (!copied) memory[c] = as_texts(queries[c], texts);
      copied = true;
      memory[c].texts[row] = *found;
      memory[c].missing[row] = 0;
    }
  }
  return memory.empty() ? queries : memory;
}

std::vector<ColumnGaps> QueryContext::gaps(const std::vector<Column>& queries) const {
  std::vector<ColumnGaps> gaps;
  for (size_t c = 0; c < names_.size(); ++c) {
    ColumnGaps& gap = gaps.emplace_back();
    gap.column = names_[c];
    for (size_t row = 0; row < queries[c].rows; ++row) {
      if (!queries[c].is_missing(row)) continue;
      ++(value(queries, c, row) == nullptr ? gap.missing : gap.filled);
    }
  }
  return gaps;
}

}  // namespace shortlist
