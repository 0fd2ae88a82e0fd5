// A picture of a model's graph: each node is a box with its name, kind, detail and output shape, inputs are
// above outputs, and groups (towers, rankers) are tinted columns.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

struct GraphNode {
  std::string name;
  std::string kind;         // "dense"
  std::string detail;       // "32 units, relu"; may be empty
  std::string shape;        // "[*, 32]"
  std::string group;        // "query tower"; empty: no group
  std::vector<int> inputs;  // indices of earlier nodes
};

// Graphviz source with one cluster per group.
std::string to_dot(const std::vector<GraphNode>& nodes);

// Rendered without Graphviz. Self-contained SVG, light or dark by the reader's preference.
std::string graph_to_svg(const std::vector<GraphNode>& nodes, const std::string& title);

}  // namespace shortlist
