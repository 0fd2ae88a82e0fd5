#include "shortlist/model/spec.h"

namespace shortlist {

std::vector<int> ModelSpec::widths(const std::vector<int>& inputs) const {
  std::vector<int> widths;
  for (int input : inputs) widths.push_back(at(input).width);
  return widths;
}

int ModelSpec::add(Node node) {
  for (int input : node.inputs) SHORTLIST_CHECK(input >= 0 && static_cast<size_t>(input) < nodes.size());
  try {
    node.width = node.layer->plan(widths(node.inputs)).width;
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("node '{}': {}", node.name, error.what()));
  }
  nodes.push_back(std::move(node));
  return static_cast<int>(nodes.size()) - 1;
}

}  // namespace shortlist
