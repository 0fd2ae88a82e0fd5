// Assigns nodes to rows and slots, before any length is known. Each group is laid out as a column. Columns
// that do not feed each other share a tier, and tiers are stacked from top to bottom.
#pragma once

#include <vector>

#include "shortlist/report/graph_picture.h"

namespace shortlist {

struct GraphColumn {
  std::string group;                   // empty for a node without a group
  std::vector<std::vector<int>> rows;  // node indices, left to right; row 0 is the top
  int height() const { return int(rows.size()); }
};

using Tier = std::vector<GraphColumn>;  // left to right

// Rows by longest path within a group; order within a row by the mean position of the inputs (barycentre).
std::vector<Tier> arrange(const std::vector<GraphNode>& nodes);

}  // namespace shortlist
