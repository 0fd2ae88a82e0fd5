#include "shortlist/engine/left_out.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/cell.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

// Both ascending; the result too.
std::vector<uint32_t> join(std::span<const uint32_t> seen, const std::vector<std::string>& ids,
                           const ItemFilter& filter) {
  std::vector<uint32_t> items(seen.begin(), seen.end());
  for (const std::string& id : ids)
    if (const auto item = filter.find(id)) items.push_back(*item);
  std::ranges::sort(items);
  const auto repeated = std::ranges::unique(items);
  items.erase(repeated.begin(), repeated.end());
  return items;
}

}  // namespace

SeenItems seen_items(const UserRatings& ratings) {
  std::vector<uint32_t> users, items;
  for (size_t u = 0; u + 1 < ratings.offsets.size(); ++u) {
    for (auto i = static_cast<size_t>(ratings.offsets[u]); i < static_cast<size_t>(ratings.offsets[u + 1]);
         ++i) {
      users.push_back(static_cast<uint32_t>(u));
      items.push_back(static_cast<uint32_t>(ratings.items[i]));
    }
  }
  return seen_items(users, items);
}

SeenByUser::SeenByUser(const Bundle& bundle) {
  if (!bundle.config.query_tells_user() || bundle.ratings.users.empty()) return;
  const std::vector<std::string> columns = bundle.features.select(bundle.config.query.features).columns();
  column_ = static_cast<size_t>(std::ranges::find(columns, bundle.config.data.user) - columns.begin());
  form_ = bundle.features.form(bundle.config.data.user);
  seen_ = seen_items(bundle.ratings);
  for (uint32_t u = 0; u < bundle.ratings.users.size(); ++u) users_.emplace(bundle.ratings.users[u], u);
}

uint32_t SeenByUser::user(const Column& column, size_t row) const {
  TextCell cell;
  if (column.type == ColumnType::list || !cell.read(column, row)) return unknown_index;
  std::string memory;
  const auto at = users_.find(in_form(cell.text(), form_, memory));
  return at == users_.end() ? unknown_index : at->second;
}

LeftOut leave_out(const RecommendOptions& options, const Bundle& bundle, const SeenByUser& seen,
                  const ItemFilter& filter, const std::vector<Column>& queries, DistinctRows& distinct) {
  const bool drops = !seen.empty() && options.seen.value_or(bundle.config.recommend.seen) == SeenPolicy::drop;
  LeftOut left_out;
  left_out.items.resize(distinct.first.size());
  if (!drops && options.exclude_each.empty()) return left_out;
  left_out.items.clear();
  DistinctRows apart;
  // By the query as the model sees it, its user, and the row where it has exclusions of its own.
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t> places;
  left_out.memory.reserve(distinct.of.size());
  for (uint32_t row = 0; row < distinct.of.size(); ++row) {
    const uint32_t user = drops ? seen.user(queries[seen.column()], row) : unknown_index;
    const bool excludes = !options.exclude_each.empty() && !options.exclude_each[row].empty();
    const auto [at, fresh] =
        places.emplace(std::tuple(distinct.of[row], user, excludes ? row : unknown_index),
                       static_cast<uint32_t>(apart.first.size()));
    apart.of.push_back(at->second);
    if (!fresh) continue;
    apart.first.push_back(row);
    const std::span<const uint32_t> of_user = seen.of(user);
    left_out.items.push_back(
        excludes ? left_out.memory.emplace_back(join(of_user, options.exclude_each[row], filter)) : of_user);
  }
  distinct = std::move(apart);
  return left_out;
}

}  // namespace shortlist
