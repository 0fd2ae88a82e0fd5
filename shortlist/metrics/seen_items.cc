#include "shortlist/metrics/seen_items.h"

#include <algorithm>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {

SeenItems seen_items(std::span<const uint32_t> users, std::span<const uint32_t> items) {
  SHORTLIST_CHECK(users.size() == items.size());
  const auto is_known = [&](size_t i) { return users[i] != unknown_index && items[i] != unknown_index; };
  size_t count = 0;
  for (size_t i = 0; i < users.size(); ++i)
    if (is_known(i)) count = std::max(count, size_t{users[i]} + 1);
  SeenItems grouped{std::vector<uint64_t>(count + 1), {}};
  for (size_t i = 0; i < users.size(); ++i)
    if (is_known(i)) ++grouped.offsets[users[i] + 1];
  std::partial_sum(grouped.offsets.begin(), grouped.offsets.end(), grouped.offsets.begin());
  grouped.items.resize(grouped.offsets.back());
  std::vector<uint64_t> next = grouped.offsets;
  for (size_t i = 0; i < users.size(); ++i)
    if (is_known(i)) grouped.items[next[users[i]]++] = items[i];
  SeenItems seen{{0}, {}};
  seen.items.reserve(grouped.items.size());
  for (uint32_t user = 0; user < count; ++user) {
    const auto begin = seen.items.insert(seen.items.end(), grouped.of(user).begin(), grouped.of(user).end());
    std::sort(begin, seen.items.end());
    seen.items.erase(std::unique(begin, seen.items.end()), seen.items.end());
    seen.offsets.push_back(seen.items.size());
  }
  return seen;
}

}  // namespace shortlist
