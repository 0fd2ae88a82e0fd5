// Numbers ids in order of first appearance. Memory is proportional to the number of ids in a batch, not to
// the table that they refer to, so that it stays in cache. Open addressing, at most half full.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace shortlist {

class Numbering {
 public:
  // Both vectors are reused to avoid allocations. `ids` becomes the distinct ids in order.
  Numbering(size_t most_ids, std::vector<uint32_t>& slots, std::vector<uint32_t>& ids)
      : slots_(slots), ids_(ids) {
    const size_t size = std::bit_ceil(std::max<size_t>(2, 2 * most_ids));
    shift_ = 64 - std::bit_width(size - 1);
    slots_.assign(size, kFree);
    ids_.clear();
  }
  uint32_t number(uint32_t id) {
    size_t at = id * UINT64_C(0x9E3779B97F4A7C15) >> shift_;
    while (slots_[at] != kFree && ids_[slots_[at]] != id) at = (at + 1) & (slots_.size() - 1);
    if (slots_[at] == kFree) {
      slots_[at] = static_cast<uint32_t>(ids_.size());
      ids_.push_back(id);
    }
    return slots_[at];
  }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;
  std::vector<uint32_t>&slots_, &ids_;
  int shift_;
};

}  // namespace shortlist
