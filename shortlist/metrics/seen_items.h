// The items of each user in the training rows. Recommendations leave them out by default.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace shortlist {

struct SeenItems {
  std::vector<uint64_t> offsets;  // user u has items[offsets[u] .. offsets[u + 1])
  std::vector<uint32_t> items;    // ascending and distinct per user

  bool empty() const { return items.empty(); }
  // Empty for a user beyond the last one, including unknown_index.
  std::span<const uint32_t> of(uint32_t user) const {
    if (size_t{user} + 1 >= offsets.size()) return {};
    return std::span(items).subspan(offsets[user], offsets[user + 1] - offsets[user]);
  }
  // Assigns the items appended since the last call, in any order and with duplicates, to the next user.
  // Requires offsets = {0} at the start.
  void end_user();
};

}  // namespace shortlist
