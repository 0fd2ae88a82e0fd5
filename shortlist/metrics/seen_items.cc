#include "shortlist/metrics/seen_items.h"

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {

SeenItems seen_items(std::span<const uint32_t> users, std::span<const uint32_t> items) {
  SHORTLIST_CHECK(users.size() == items.size());
  std::vector<uint64_t> pairs;
  pairs.reserve(users.size());
  for (size_t i = 0; i < users.size(); ++i) {
    if (users[i] == unknown_index || items[i] == unknown_index) continue;
    pairs.push_back(uint64_t{users[i]} << 32 | items[i]);
  }
  std::ranges::sort(pairs);
  const auto repeated = std::ranges::unique(pairs);
  pairs.erase(repeated.begin(), repeated.end());
  SeenItems seen;
  seen.items.reserve(pairs.size());
  for (uint64_t pair : pairs) {
    seen.offsets.resize((pair >> 32) + 1, seen.items.size());
    seen.items.push_back(static_cast<uint32_t>(pair));
  }
  seen.offsets.push_back(seen.items.size());
  return seen;
}

}  // namespace shortlist
