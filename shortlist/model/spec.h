// A model as a value: named nodes over the layers, in an order in which each comes after its inputs.
#pragma once

#include <string>
#include <vector>

#include "shortlist/layers/layer.h"
#include "shortlist/losses/rating_loss.h"
#include "shortlist/model/row_set.h"

namespace shortlist {

struct Node {
  std::string name;  // "query/dense_1"; its parameters are "query/dense_1/kernel"
  LayerPtr layer;
  std::vector<int> inputs;
  int row_set = kQueryRows;  // which rows its output has
  int feature = -1;          // input layers: position of the feature in the row set's encoded rows
  int width = 0;             // columns of its output; found by add()
};

struct ModelSpec {
  std::vector<RowSetSpec> row_sets = usual_row_sets();
  std::vector<Node> nodes;
  int query = -1, candidate = -1;  // the towers' outputs
  std::vector<int> rankings;       // the prediction of each ranking task, one column
  // Of each ranking task, how its prediction becomes the label; empty: none is standardised.
  std::vector<LabelScale> label_scales;

  // Appends a row set whose parents are already there. Returns its index.
  int add_row_set(RowSetSpec row_set);
  // Appends a node whose inputs are already there; checks that its layer fits them. Returns its position.
  // Throws a usage Error that names the node when the layer does not fit their widths or their row sets, or
  // the name is another node's.
  int add(Node node);
  LabelScale label_scale(size_t task) const {
    return label_scales.empty() ? LabelScale() : label_scales[task];
  }
  const Node& at(int node) const { return nodes[static_cast<size_t>(node)]; }
  const RowSetSpec& row_set(int index) const { return row_sets[static_cast<size_t>(index)]; }
  std::vector<int> widths(const std::vector<int>& inputs) const;
};

// Position of `parent` among the parents of a row set, with any relation or with that one; -1: it is none.
int parent_place(const RowSetSpec& row_set, int parent);
int segments_place(const RowSetSpec& row_set, int parent);

// Names of the features' inputs and of the layers that neither an output nor another node depends on.
std::vector<std::string> unread_nodes(const ModelSpec& spec);

}  // namespace shortlist
