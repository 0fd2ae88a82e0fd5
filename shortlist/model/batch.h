// The rows of a step: distinct queries, distinct candidates, distinct pairs of them, the rows that refer to
// the pairs, and a model's other row sets. A tower runs once per distinct row; everything that depends on how
// often a row occurs in the batch is weighted.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "shortlist/layers/pass.h"
#include "shortlist/model/row_set.h"

namespace shortlist {

// The rows of one row set.
struct BatchRows {
  // For features: row r is row shown[r] of `encoded`, which has all encoded rows.
  const EncodedRows* encoded = nullptr;
  std::span<const uint32_t> shown = {};
  bool events = false;  // row r is the single id shown[r] of a column instead: see FeatureInput
  // Maps to the rows of each parent, in the order of RowSetSpec::parents.
  std::array<RowMap, kMostParents> parents = {};
  // The number of batch rows that each row represents; empty: one.
  std::span<const float> multiplicity = {};

  // The number of rows, from whichever of these lists is set.
  size_t count() const {
    size_t most = shown.size();
    for (const RowMap& map : parents) {
      most = std::max(most, map.source.size());
      if (!map.offsets.empty()) most = std::max<size_t>(most, map.offsets.back());
    }
    return most;
  }
};

struct Batch {
  // Indexed by the model's row sets; missing ones are empty.
  std::vector<BatchRows> row_sets = std::vector<BatchRows>(kUsualRowSets);

  // Only rows of one row set, such as for running a tower alone.
  static Batch of(int row_set, const EncodedRows& encoded, std::span<const uint32_t> shown) {
    Batch batch;
    batch.at(row_set) = {.encoded = &encoded, .shown = shown};
    return batch;
  }
  // Pairs of the given queries and candidates: pair p is (query[p], candidate[p]).
  static Batch of_pairs(std::span<const uint32_t> query, std::span<const uint32_t> candidate) {
    Batch batch;
    batch.at(kPairRows).parents = {RowMap{.source = query}, RowMap{.source = candidate}};
    return batch;
  }

  BatchRows& at(int row_set) { return row_sets[static_cast<size_t>(row_set)]; }
  const BatchRows& at(int row_set) const { return row_sets[static_cast<size_t>(row_set)]; }

  const BatchRows& queries() const { return at(kQueryRows); }
  const BatchRows& candidates() const { return at(kCandidateRows); }
  const BatchRows& pairs() const { return at(kPairRows); }
  // Pair p is (query pair_query().source[p], candidate pair_candidate().source[p]) of the batch.
  const RowMap& pair_query() const { return pairs().parents[0]; }
  const RowMap& pair_candidate() const { return pairs().parents[1]; }
  // Row r refers to pair row_pair().source[r].
  const RowMap& row_pair() const { return at(kBatchRows).parents[0]; }
  size_t rows() const { return row_pair().source.size(); }
};

}  // namespace shortlist
