// The items that each user has in the training rows: those that answers leave out by default.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace shortlist {

struct SeenItems {
  std::vector<uint64_t> offsets;  // user u has items[offsets[u] .. offsets[u + 1])
  std::vector<uint32_t> items;    // ascending for each user, each item once

  bool empty() const { return items.empty(); }
  // Empty for a user beyond the last one, so also for unknown_index.
  std::span<const uint32_t> of(uint32_t user) const {
    if (size_t{user} + 1 >= offsets.size()) return {};
    return std::span(items).subspan(offsets[user], offsets[user + 1] - offsets[user]);
  }
};

// Of rows of a user and an item each. A user or item of unknown_index is left out.
SeenItems seen_items(std::span<const uint32_t> users, std::span<const uint32_t> items);

}  // namespace shortlist
