#include "shortlist/recommend/left_out.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>

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

LeftOut leave_out(const RecommendOptions& options, const LoadedModel& model,
                  const std::vector<Column>& queries, DistinctRows& distinct) {
  const bool reads_users = model.retriever().reads_users();
  const bool drops = (!model.users.empty() || reads_users) &&
                     options.seen.value_or(model.bundle.spec.lists.seen) == SeenPolicy::drop;
  static const std::vector<std::string> none;
  LeftOut left_out;
  left_out.items.resize(distinct.first.size());
  if (!drops && !reads_users && options.exclude_each.empty()) return left_out;
  left_out.items.clear();
  DistinctRows apart;
  // Keyed by the encoded query, its user, and its row if it has its own exclusions or history.
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t> places;
  left_out.memory.reserve(distinct.of.size());
  for (uint32_t row = 0; row < distinct.of.size(); ++row) {
    const uint32_t user = drops || reads_users ? model.users.number(queries, row) : unknown_index;
    const std::vector<std::string>& ids = options.exclude_each.empty() ? none : options.exclude_each[row];
    std::vector<uint32_t> of_history = drops ? model.given.items(queries, row) : std::vector<uint32_t>();
    std::optional<std::vector<uint32_t>> given = model.given.of_retriever(queries, row);
    const bool excludes = !ids.empty() || !of_history.empty();
    const bool is_apart = excludes || given;
    const auto [at, fresh] =
        places.emplace(std::tuple(distinct.of[row], user, is_apart ? row : unknown_index),
                       static_cast<uint32_t>(apart.first.size()));
    apart.of.push_back(at->second);
    if (!fresh) continue;
    apart.first.push_back(row);
    if (reads_users) {
      left_out.users.push_back(given ? unknown_index : user);
      left_out.histories.push_back(given
                                       ? QueryHistory{left_out.given.emplace_back(std::move(*given)), {}, {}}
                                       : model.taken.of(user));
    }
    const std::span<const uint32_t> of_user = drops ? model.seen.of(user) : std::span<const uint32_t>();
    left_out.items.push_back(
        excludes ? left_out.memory.emplace_back(join(of_user, std::move(of_history), ids, model.filter))
                 : of_user);
  }
  distinct = std::move(apart);
  return left_out;
}

}  // namespace shortlist
