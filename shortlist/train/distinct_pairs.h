// The distinct pairs and queries of some rows of a dataset, so that an evaluation computes each once.
#pragma once

#include <span>
#include <vector>

#include "shortlist/train/dataset.h"

namespace shortlist {

struct DistinctPairs {
  std::vector<uint32_t> pairs;          // the pairs of these rows, as numbers in the dataset
  std::vector<uint32_t> pair_of_row;    // for each row, its position in `pairs`
  std::vector<uint32_t> queries;        // the queries of these pairs, as numbers in the dataset
  std::vector<uint32_t> query_of_pair;  // for each pair, its position in `queries`
  // The pairs of query q: pairs_of_query[offsets[q] .. offsets[q + 1]).
  std::vector<uint32_t> offsets, pairs_of_query;
};

DistinctPairs distinct_pairs(const Dataset& data, std::span<const uint32_t> rows);

}  // namespace shortlist
