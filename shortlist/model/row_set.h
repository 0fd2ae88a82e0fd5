// The row sets of a model: which rows its nodes have, and how those of one set relate to those of another.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

enum class RowRelation {
  gather,    // each row shows one row of the parent
  segments,  // also, and the rows that show one row of the parent lie side by side, in the parent's order
};

// A set without parents is a root: a batch lists its rows. Of any set a batch may say which encoded rows it
// shows, for the features that enter there.
struct RowSetSpec {
  struct Parent {
    int row_set;
    RowRelation relation = RowRelation::gather;
  };
  std::string name;
  std::vector<Parent> parents = {};  // at most kMostParents, at most one of them with segments
  // The gather of this set that lists every copy of its rows: where layers tell copies apart, nodes go on
  // over that. -1: there is none, so batches must list each copy as a row by itself.
  int copies = -1;
};

inline constexpr size_t kMostParents = 2;

// The row sets that every model begins with: the distinct queries of a batch, its distinct candidates, its
// distinct (query, candidate) pairs, and its rows, of which each shows a pair.
enum UsualRowSet : int { kQueryRows, kCandidateRows, kPairRows, kBatchRows, kUsualRowSets };

std::vector<RowSetSpec> usual_row_sets();

}  // namespace shortlist
