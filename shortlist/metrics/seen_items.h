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
  // The items after those of the users before, in any order and however often, are those of the next user.
  // Begins with offsets = {0}.
  void end_user();
};

}  // namespace shortlist
