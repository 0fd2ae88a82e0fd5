#include "shortlist/recommend/known_users.h"

#include <algorithm>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/history.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {

bool adds_history_column(const Bundle& bundle) {
  if (bundle.retriever == nullptr || !bundle.retriever->reads_users()) return false;
  const FeatureMap features = bundle.features.select(bundle.spec.query);
  for (size_t i = 0; i < features.size(); ++i)
    if (features[i].feature->kind() == HistorySettings::kind) return false;
  return std::ranges::find(features.columns(), HistorySettings::kind) == features.columns().end();
}

std::vector<std::string> query_columns_of(const Bundle& bundle) {
  const AnswerSpec& spec = bundle.spec;
  std::vector<std::string> columns = bundle.features.select(spec.query).columns();
  if (spec.query_has_user && std::ranges::find(columns, spec.user) == columns.end())
    columns.push_back(spec.user);
  if (adds_history_column(bundle)) columns.emplace_back(HistorySettings::kind);
  return columns;
}

KnownUsers::KnownUsers(const Bundle& bundle) {
  if (!bundle.spec.query_has_user) return;
  const std::vector<std::string> columns = query_columns_of(bundle);
  column_ = static_cast<size_t>(std::ranges::find(columns, bundle.spec.user) - columns.begin());
  form_ = bundle.features.form(bundle.spec.user);
  for (uint32_t u = 0; u < bundle.ratings.users.size(); ++u) users_.emplace(bundle.ratings.users[u], u);
}

uint32_t KnownUsers::number(const std::vector<Column>& queries, size_t row) const {
  if (empty()) return unknown_index;
  const Column& column = queries[column_];
  TextCell cell;
  if (column.type == ColumnType::list || !cell.read(column, row)) return unknown_index;
  std::string memory;
  const auto at = users_.find(in_form(cell.text(), form_, memory));
  return at == users_.end() ? unknown_index : at->second;
}

}  // namespace shortlist
