// The row sets of a model: the rows that its nodes have, and how the rows of one set relate to those of
// another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shortlist {

enum class RowRelation {
  gather,    // each row refers to one row of the parent
  segments,  // the same, and the rows of one parent row are contiguous, in the parent's order
};

// In the map of a gather: the row refers to no row of the parent, and gets zeros.
inline constexpr uint32_t kNoSource = UINT32_MAX;

// A set without parents is a root: a batch lists its rows. For any set, a batch may give the encoded rows for
// the features that it has.
struct RowSetSpec {
  struct Parent {
    int row_set;
    RowRelation relation = RowRelation::gather;
  };
  std::string name;
  std::vector<Parent> parents = {};  // at most kMostParents, at most one of them with segments
  // The gather of this set that has one row per copy. If layers distinguish copies, later nodes use that row
  // set. -1: none, so batches must list each copy as a separate row.
  int copies = -1;
};

inline constexpr size_t kMostParents = 4;

// The row sets that every model begins with: a batch's distinct queries, distinct candidates, distinct
// (query, candidate) pairs, and rows, each of which refers to a pair.
enum UsualRowSet : int { kQueryRows, kCandidateRows, kPairRows, kBatchRows, kUsualRowSets };

std::vector<RowSetSpec> usual_row_sets();

}  // namespace shortlist
