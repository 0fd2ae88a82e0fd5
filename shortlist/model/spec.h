// A model as a value: named nodes over the layers, in an order in which each comes after its inputs.
#pragma once

#include <string>
#include <vector>

#include "shortlist/layers/layer.h"
#include "shortlist/losses/label_scale.h"

namespace shortlist {

// Which rows a node has: the distinct queries of a batch, its distinct candidates, or its distinct (query,
// candidate) pairs.
enum class Domain { query, candidate, pair };

struct Node {
  std::string name;  // "query/dense_1"; its parameters are "query/dense_1/kernel"
  LayerPtr layer;
  std::vector<int> inputs;
  Domain domain = Domain::query;
  int feature = -1;  // input layers: position of the feature in its tower
  int width = 0;     // columns of its output; found by add()
};

struct ModelSpec {
  std::vector<Node> nodes;
  int query = -1, candidate = -1;  // the towers' outputs
  std::vector<int> rankings;       // the prediction of each ranking task, one column
  // Of each ranking task, how its prediction becomes the label; empty: none is standardised.
  std::vector<LabelScale> label_scales;

  // Appends a node whose inputs are already there; checks that its layer fits them. Returns its position.
  // Throws a usage Error that names the node when the layer does not fit, or the name is another node's.
  int add(Node node);
  LabelScale label_scale(size_t task) const {
    return label_scales.empty() ? LabelScale() : label_scales[task];
  }
  const Node& at(int node) const { return nodes[static_cast<size_t>(node)]; }
  std::vector<int> widths(const std::vector<int>& inputs) const;
};

// Names of the features' inputs and of the layers that neither an output nor another node depends on.
std::vector<std::string> unread_nodes(const ModelSpec& spec);

}  // namespace shortlist
