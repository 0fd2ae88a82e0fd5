#include <fmt/format.h>

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/report/graph_picture.h"

namespace shortlist {
namespace {

std::string escaped(const std::string& text) {
  std::string safe;
  for (char c : text) {
    if (c == '"' || c == '\\') safe += '\\';
    if (c == '\n') {
      safe += "\\n";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string node_line(const GraphNode& node, size_t index) {
  std::string label = escaped(node.name) + "\\n" + escaped(node.kind);
  if (!node.detail.empty()) label += ": " + escaped(node.detail);
  if (!node.shape.empty()) label += "\\n" + escaped(node.shape);
  return fmt::format("node_{} [label=\"{}\"];\n", index, label);
}

std::string cluster(const std::vector<GraphNode>& nodes, const std::string& group, size_t index) {
  std::string dot = fmt::format("  subgraph cluster_{} {{\n    label=\"{}\";\n", index, escaped(group));
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].group == group) dot += "    " + node_line(nodes[i], i);
  }
  return dot + "  }\n";
}

}  // namespace

std::string to_dot(const std::vector<GraphNode>& nodes) {
  std::string dot =
      "digraph model {\n"
      "  graph [fontname=\"Helvetica\", style=\"rounded,filled\", color=\"#d0d7de\", "
      "fillcolor=\"#f6f8fa\"];\n"
      "  node [fontname=\"Helvetica\", fontsize=11, shape=box, style=\"rounded,filled\", fillcolor=white];\n"
      "  edge [arrowsize=0.7, color=\"#656d76\"];\n";
  std::vector<std::string> groups;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].group.empty()) {
      dot += "  " + node_line(nodes[i], i);
    } else if (std::find(groups.begin(), groups.end(), nodes[i].group) == groups.end()) {
      groups.push_back(nodes[i].group);
    }
  }
  for (size_t i = 0; i < groups.size(); ++i) dot += cluster(nodes, groups[i], i);
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (int input : nodes[i].inputs) {
      SHORTLIST_CHECK(input >= 0 && size_t(input) < i);
      dot += fmt::format("  node_{} -> node_{};\n", input, i);
    }
  }
  return dot + "}\n";
}

}  // namespace shortlist
