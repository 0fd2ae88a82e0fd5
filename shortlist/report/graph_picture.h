// A picture of a model's graph: every node a box with its name, kind, detail and output shape, inputs above
// outputs, groups (towers, rankers) as tinted columns.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

struct GraphNode {
  std::string name;
  std::string kind;         // "dense"
  std::string detail;       // "32 units, relu"; may be empty
  std::string shape;        // "[*, 32]"
  std::string group;        // "query tower"; empty: stands alone
  std::vector<int> inputs;  // indices of nodes that come before this one
};

// Graphviz, one cluster a group.
std::string to_dot(const std::vector<GraphNode>& nodes);

// Laid out here, without Graphviz. Stands alone; light and dark by the reader's preference.
std::string graph_to_svg(const std::vector<GraphNode>& nodes, const std::string& title);

}  // namespace shortlist
