// The candidates of a batch with the same item, such as an item with two titles.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace shortlist {

class SameItems {
 public:
  // `candidate_item` is the item of each candidate; empty: all are different.
  void index(std::span<const uint32_t> candidate_item);

  // Calls visit() with the other candidates that have the candidate's item.
  template <typename Visit>
  void others(uint32_t candidate, Visit&& visit) const {
    if (next_.empty()) return;
    for (uint32_t j = next_[candidate]; j != candidate; j = next_[j]) visit(j);
  }

 private:
  std::vector<uint32_t> order_, next_;  // next_: candidates with one item are a ring
};

}  // namespace shortlist
