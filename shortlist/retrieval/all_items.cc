#include "shortlist/retrieval/all_items.h"

#include <algorithm>

namespace shortlist {

void AllItems::score_all(const QueryBatch&, Matrix scores) const {
  for (size_t q = 0; q < scores.rows; ++q) std::ranges::fill(scores.row_span(q), 0.0f);
}

std::vector<Found> AllItems::retrieve(const QueryBatch& queries, size_t, Eligible eligible,
                                      LeftOutItems left_out) const {
  std::vector<Found> found(queries.rows);
  for (size_t q = 0; q < queries.rows; ++q) {
    for (uint32_t item = 0; item < items_; ++item) {
      if (!eligible.empty() && !eligible[item]) continue;
      if (!std::ranges::binary_search(left_out[q], item)) found[q].best.push_back({item, 0});
    }
  }
  return found;
}

}  // namespace shortlist
