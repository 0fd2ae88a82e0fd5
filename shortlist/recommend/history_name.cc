#include "shortlist/recommend/history_name.h"

#include <algorithm>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/history.h"
#include "shortlist/recommend/known_users.h"

namespace shortlist {

std::vector<std::string> history_columns_of(const Bundle& bundle) {
  const FeatureMap features = bundle.features.select(bundle.spec.query);
  std::vector<std::string> histories;
  for (size_t i = 0; i < features.size(); ++i) {
    const bool is_history = features[i].feature->kind() == HistorySettings::kind;
    if (is_history && std::ranges::find(histories, features[i].column) == histories.end())
      histories.push_back(features[i].column);
  }
  if (adds_history_column(bundle)) histories.emplace_back(HistorySettings::kind);
  return histories;
}

std::string_view column_named(std::string_view name, const std::vector<std::string>& columns,
                              const std::vector<std::string>& histories) {
  const bool is_other_name = name == HistorySettings::kind && histories.size() == 1 &&
                             std::ranges::find(columns, name) == columns.end();
  return is_other_name ? std::string_view(histories[0]) : name;
}

std::vector<std::string> names_in(const Record& query, std::vector<std::string> columns,
                                  const std::vector<std::string>& histories) {
  const auto gives = [&](std::string_view name) {
    return std::ranges::find(query, name, &Record::value_type::first) != query.end();
  };
  const std::string own(column_named(HistorySettings::kind, columns, histories));
  if (gives(HistorySettings::kind) && !gives(own))
    std::ranges::replace(columns, own, std::string(HistorySettings::kind));
  return columns;
}

}  // namespace shortlist
