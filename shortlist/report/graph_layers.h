// Which node stands in which row and slot, before any length is known. Groups are laid out one by one, as
// columns; columns that do not feed each other share a tier, and tiers stand one below the other.
#pragma once

#include <vector>

#include "shortlist/report/graph_picture.h"

namespace shortlist {

struct GraphColumn {
  std::string group;                   // empty for a node that stands alone
  std::vector<std::vector<int>> rows;  // node indices, left to right; row 0 is the top
  int height() const { return int(rows.size()); }
};

using Tier = std::vector<GraphColumn>;  // left to right

// Rows by longest path inside a group, order by the mean position of inputs (barycentre).
std::vector<Tier> arrange(const std::vector<GraphNode>& nodes);

}  // namespace shortlist
