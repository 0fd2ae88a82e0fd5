// The candidates of a batch that the users of a query took in the training rows, which are no negatives of
// the query.
#pragma once

#include <vector>

#include "shortlist/losses/loss.h"
#include "shortlist/model/batch.h"
#include "shortlist/train/row_source.h"

namespace shortlist {

class TakenItems {
 public:
  // For each query of the batch, the candidates with items that the users of its rows took, ascending. `rows`
  // are the batch's rows in its order. Without users, no query has any. Valid until the next call.
  Groups of_queries(const RowBlock& data, const Batch& batch, std::span<const uint32_t> rows,
                    std::span<const uint32_t> candidate_item);

 private:
  void index_candidates(std::span<const uint32_t> candidate_item);
  void add_user(const RowBlock& data, uint32_t user);

  std::vector<uint32_t> first_,
      next_;                     // of each item and candidate: the candidates that have the item, as a list
  std::vector<uint32_t> items_;  // that have candidates
  std::vector<std::vector<uint32_t>> users_;  // of each query
  std::vector<uint32_t> offsets_, candidates_, found_;
};

}  // namespace shortlist
