// The rows of a step: distinct queries, distinct candidates, distinct pairs of them, and the rows that show
// the pairs. A tower runs once for each distinct row; all that depends on how often a row stands in the batch
// is weighted by that.
#pragma once

#include <span>

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Batch {
  const EncodedRows* queries = nullptr;  // all that there are; a batch shows some
  const EncodedRows* candidates = nullptr;
  std::span<const uint32_t> query_rows, candidate_rows;  // the batch's distinct ones
  // Pair p is (query_rows[pair_query.source[p]], candidate_rows[pair_candidate.source[p]]).
  RowMap pair_query, pair_candidate;
  RowMap row_pair;  // row r shows pair row_pair.source[r]
  // How many rows each distinct one stands for.
  std::span<const float> query_multiplicity, candidate_multiplicity, pair_multiplicity;

  size_t rows() const { return row_pair.source.size(); }
};

}  // namespace shortlist
