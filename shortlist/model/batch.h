// The rows of a step: distinct queries, distinct candidates, distinct pairs of them, the rows that show the
// pairs, and what other row sets a model has. A tower runs once for each distinct row; all that depends on
// how often a row stands in the batch is weighted by that.
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
  // For features: row r shows row shown[r] of `encoded`, which has all that there are.
  const EncodedRows* encoded = nullptr;
  std::span<const uint32_t> shown = {};
  // Which rows of its parents they show, in the order of RowSetSpec::parents.
  std::array<RowMap, kMostParents> parents = {};
  // How many rows of the batch each row stands for; empty: one.
  std::span<const float> multiplicity = {};

  // As many as are listed in one of these ways.
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
  // By the row sets of the model; those that are missing are empty.
  std::vector<BatchRows> row_sets = std::vector<BatchRows>(kUsualRowSets);

  // Some rows of one row set, such as those that a tower runs over by itself.
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
  // Row r shows pair row_pair().source[r].
  const RowMap& row_pair() const { return at(kBatchRows).parents[0]; }
  size_t rows() const { return row_pair().source.size(); }
};

}  // namespace shortlist
