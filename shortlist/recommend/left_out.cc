#include "shortlist/recommend/left_out.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "shortlist/bundle/bundle.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

// All items, ascending, each once.
std::vector<uint32_t> join(std::span<const uint32_t> seen, std::vector<uint32_t> items,
                           std::span<const std::string> ids, const ItemFilter& filter) {
  items.insert(items.end(), seen.begin(), seen.end());
  for (const std::string& id : ids)
    if (const auto item = filter.find(id)) items.push_back(*item);
  std::ranges::sort(items);
  const auto repeated = std::ranges::unique(items);
  items.erase(repeated.begin(), repeated.end());
  return items;
}

}  // namespace

GivenHistories::GivenHistories(const FeatureMap& features, const std::vector<Column>& queries) {
  for (size_t i = 0; i < features.size(); ++i) {
    if (const auto* history = dynamic_cast<const HistoryFeature*>(features[i].feature.get()))
      given_.push_back({history, &queries[features.column_of(i)]});
  }
}

std::vector<uint32_t> GivenHistories::items(size_t row) const {
  std::vector<uint32_t> items;
  for (const auto& [feature, column] : given_)
    std::ranges::copy(feature->items_of(*column, row), std::back_inserter(items));
  return items;
}

LeftOut leave_out(const RecommendOptions& options, const Bundle& bundle, const KnownUsers& users,
                  const SeenItems& seen, const GivenHistories& given, const ItemFilter& filter,
                  const std::vector<Column>& queries, DistinctRows& distinct) {
  const bool drops = !users.empty() && options.seen.value_or(bundle.spec.lists.seen) == SeenPolicy::drop;
  static const std::vector<std::string> none;
  LeftOut left_out;
  left_out.items.resize(distinct.first.size());
  const bool reads_users = bundle.retriever->reads_users();
  if (!drops && !reads_users && options.exclude_each.empty()) return left_out;
  left_out.items.clear();
  DistinctRows apart;
  // Keyed by the encoded query, its user, and its row if it has its own exclusions.
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t> places;
  left_out.memory.reserve(distinct.of.size());
  for (uint32_t row = 0; row < distinct.of.size(); ++row) {
    const uint32_t user = drops || reads_users ? users.number(queries, row) : unknown_index;
    const std::vector<std::string>& ids = options.exclude_each.empty() ? none : options.exclude_each[row];
    std::vector<uint32_t> of_history = drops ? given.items(row) : std::vector<uint32_t>();
    const bool excludes = !ids.empty() || !of_history.empty();
    const auto [at, fresh] =
        places.emplace(std::tuple(distinct.of[row], user, excludes ? row : unknown_index),
                       static_cast<uint32_t>(apart.first.size()));
    apart.of.push_back(at->second);
    if (!fresh) continue;
    apart.first.push_back(row);
    if (reads_users) {
      left_out.users.push_back(user);
      left_out.histories.push_back(seen.of(user));
    }
    const std::span<const uint32_t> of_user = drops ? seen.of(user) : std::span<const uint32_t>();
    left_out.items.push_back(
        excludes ? left_out.memory.emplace_back(join(of_user, std::move(of_history), ids, filter)) : of_user);
  }
  distinct = std::move(apart);
  return left_out;
}

}  // namespace shortlist
