#include "shortlist/losses/same_items.h"

#include <algorithm>
#include <numeric>

namespace shortlist {

void SameItems::index(std::span<const uint32_t> candidate_item) {
  order_.resize(candidate_item.size());
  next_.resize(candidate_item.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::stable_sort(order_, {}, [&](uint32_t candidate) { return candidate_item[candidate]; });
  for (size_t begin = 0, end = 0; begin < order_.size(); begin = end) {
    while (end < order_.size() && candidate_item[order_[end]] == candidate_item[order_[begin]]) ++end;
    for (size_t i = begin; i < end; ++i) next_[order_[i]] = order_[i + 1 < end ? i + 1 : begin];
  }
}

}  // namespace shortlist
