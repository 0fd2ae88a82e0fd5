#include "shortlist/model/spec.h"

#include <algorithm>

namespace shortlist {

std::vector<int> ModelSpec::widths(const std::vector<int>& inputs) const {
  std::vector<int> widths;
  for (int input : inputs) widths.push_back(at(input).width);
  return widths;
}

int ModelSpec::add(Node node) {
  for (int input : node.inputs) SHORTLIST_CHECK(input >= 0 && static_cast<size_t>(input) < nodes.size());
  if (std::ranges::find(nodes, node.name, &Node::name) != nodes.end())
    throw usage_error("node '{}': another node has this name", node.name);
  try {
    node.width = node.layer->plan(widths(node.inputs)).width;
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("node '{}': {}", node.name, error.what()));
  }
  nodes.push_back(std::move(node));
  return static_cast<int>(nodes.size()) - 1;
}

std::vector<std::string> unread_nodes(const ModelSpec& spec) {
  std::vector<uint8_t> read(spec.nodes.size());
  for (int output : {spec.query, spec.candidate}) {
    if (output >= 0) read[static_cast<size_t>(output)] = 1;
  }
  for (int output : spec.rankings) read[static_cast<size_t>(output)] = 1;
  for (size_t i = spec.nodes.size(); i-- > 0;) {
    if (!read[i]) continue;
    for (int input : spec.nodes[i].inputs) read[static_cast<size_t>(input)] = 1;
  }
  std::vector<std::string> unread;
  for (size_t i = 0; i < spec.nodes.size(); ++i) {
    // Where towers' features and pairs come together is not of the config's making.
    const bool is_implied =
        spec.nodes[i].name.ends_with("/features") || spec.nodes[i].name.starts_with("pair/");
    if (!read[i] && !is_implied) unread.push_back(spec.nodes[i].name);
  }
  return unread;
}

}  // namespace shortlist
