// What each user took in the training rows, for retrievers that answer from a history.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/interactions/interactions.h"
#include "shortlist/interactions/user_ratings.h"

namespace shortlist {

// The items that a user took, oldest first; an item may occur several times. A view.
struct QueryHistory {
  std::span<const uint32_t> items;
  std::span<const float> labels;  // of each item, NaN if it is missing; empty if unknown
  std::span<const double> times;  // of each item; empty if unknown

  bool empty() const { return items.empty(); }
  size_t size() const { return items.size(); }
};

class UserHistories {
 public:
  UserHistories() = default;
  // The positive events. Labels and times are copied only if asked for.
  UserHistories(const Interactions& interactions, bool labels, bool times);
  // The same from a bundle, with the labels and times that it has.
  explicit UserHistories(const UserRatings& ratings);

  // Empty for a user beyond the last one, including unknown_index.
  QueryHistory of(uint32_t user) const;
  bool empty() const { return items_.empty(); }

 private:
  std::vector<uint64_t> offsets_;
  std::vector<uint32_t> items_;
  std::vector<float> labels_;
  std::vector<double> times_;
};

}  // namespace shortlist
