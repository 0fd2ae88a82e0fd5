// Ranks a query's items by the scores of the whole catalogue.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/metrics/rank_metrics.h"

namespace shortlist {

// An item and its score, which is not a number if the item is not in the catalogue.
struct ScoredItem {
  uint32_t item;
  float score;
};

// The rank among the `items` items of the catalogue. `counts` is over all of them, the ranked item included.
Rank rank_among_all(Rank counts, ScoredItem own, size_t items);
// The rank among the items that the user has not seen, given the rank among all and the counts over the seen
// items. A seen item is absent.
Rank rank_among_unseen(Rank all, Rank seen_counts, bool is_seen, ScoredItem own, size_t items);

struct ItemRanks {
  Rank all, unseen;
};

class QueryScores {
 public:
  // Keeps views. `scores` has one entry per item; `seen` is ascending.
  explicit QueryScores(std::span<const float> scores, std::span<const uint32_t> seen = {});

  // An item at or beyond the end of the catalogue ranks last.
  ItemRanks rank(uint32_t item) const;

 private:
  std::span<const float> scores_;
  std::span<const uint32_t> seen_;
  std::vector<float> of_seen_;
};

}  // namespace shortlist
