#include "shortlist/recommend/query_histories.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/count_text.h"
#include "shortlist/base/value.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/features/categories.h"
#include "shortlist/recommend/known_users.h"

namespace shortlist {
namespace {

constexpr size_t kNamed = 10;

// Calls `use` for each id of a row, as histories read them.
void each_id(const Column& column, size_t row, UseValue use) {
  CategoriesSettings().each_value(column, row, use);
}

}  // namespace

QueryHistories::QueryHistories(const Bundle& bundle, const FeatureMap& features, const ItemFilter& items)
    : items_(items) {
  for (size_t i = 0; i < features.size(); ++i) {
    if (const auto* history = dynamic_cast<const HistoryFeature*>(features[i].feature.get()))
      sources_.push_back({features[i].column, features.column_of(i), history});
  }
  if (adds_history_column(bundle))
    sources_.push_back({HistorySettings::kind, query_columns_of(bundle).size() - 1, nullptr});
  read_by_retriever_ = !sources_.empty() && bundle.retriever->reads_users();
}

int32_t QueryHistories::find(const Source& source, std::string_view id) const {
  if (source.feature != nullptr) return source.feature->find(id);
  const auto item = items_.find_id(id);
  return item ? static_cast<int32_t>(*item) : -1;
}

std::vector<uint32_t> QueryHistories::items(const std::vector<Column>& queries, size_t row) const {
  std::vector<uint32_t> items;
  for (const Source& source : sources_) {
    each_id(queries[source.column], row, [&](std::string_view id) {
      if (const int32_t item = find(source, id); item >= 0) items.push_back(static_cast<uint32_t>(item));
    });
  }
  return items;
}

std::optional<std::vector<uint32_t>> QueryHistories::of_retriever(const std::vector<Column>& queries,
                                                                  size_t row) const {
  if (!read_by_retriever_ || queries[sources_[0].column].is_missing(row)) return std::nullopt;
  std::vector<uint32_t> items;
  each_id(queries[sources_[0].column], row, [&](std::string_view id) {
    if (const int32_t item = find(sources_[0], id); item >= 0) items.push_back(static_cast<uint32_t>(item));
  });
  return items;
}

std::string QueryHistories::unknown_in(const Source& source, const Column& column) const {
  uint64_t items = 0, unknown = 0;
  std::vector<std::string> names;
  for (size_t row = 0; row < column.rows; ++row) {
    each_id(column, row, [&](std::string_view id) {
      ++items;
      if (find(source, id) >= 0) return;
      ++unknown;
      std::string quoted = quote_value(std::string(id));
      if (names.size() <= kNamed && std::ranges::find(names, quoted) == names.end())
        names.push_back(std::move(quoted));
    });
  }
  if (unknown == 0) return "";
  const bool more = names.size() > kNamed;
  if (more) names.pop_back();
  return fmt::format("{}: the model has not seen {} of {} {}: {}{}", source.name, count_text(unknown),
                     count_text(items), items == 1 ? "item" : "items", fmt::join(names, ", "),
                     more ? " and others" : "");
}

std::string QueryHistories::without_items(const std::vector<Column>& queries) const {
  if (!read_by_retriever_) return "";
  const size_t rows = queries[sources_[0].column].rows;
  size_t without = 0;
  for (size_t row = 0; row < rows; ++row) {
    const auto items = of_retriever(queries, row);
    without += items && items->empty() ? 1 : 0;
  }
  if (without == 0) return "";
  const std::string where =
      rows == 1 ? "" : fmt::format(" in {} of {} queries", count_text(without), count_text(rows));
  return fmt::format("{} has no item that the model knows{}, so popular items are recommended",
                     sources_[0].name, where);
}

std::vector<std::string> QueryHistories::notes(const std::vector<Column>& queries) const {
  std::vector<std::string> notes;
  const auto add = [&](std::string note) {
    if (!note.empty() && std::ranges::find(notes, note) == notes.end()) notes.push_back(std::move(note));
  };
  for (const Source& source : sources_) add(unknown_in(source, queries[source.column]));
  add(without_items(queries));
  return notes;
}

}  // namespace shortlist
