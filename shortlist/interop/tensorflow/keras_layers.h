// The layers with weights that stand in a checkpoint's object graph, in the order in which the model made
// them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shortlist/interop/tensorflow/object_graph.h"

namespace shortlist {

struct KerasLayer {
  std::string path;  // local names from the model down: "user_model/layer_with_weights-0/type_embedding"
  std::string kind;  // as Shortlist names it; "unknown" for a layer with weights that it has not
  // By Shortlist's parameter names: "kernel_u" is the kernel of a low-rank cross's first dense layer.
  std::vector<std::pair<std::string, size_t>> variables;
};

// A range of layers that one object of the graph holds.
struct KerasObject {
  std::string path;
  size_t begin = 0, end = 0;
};

struct KerasLayers {
  std::vector<KerasLayer> layers;    // each object once, at its first place, depth first
  std::vector<KerasObject> objects;  // those with layers, parents first
  bool in_order = true;  // false: only layers of one kind stand in the order in which the model made them
};

KerasLayers find_keras_layers(const ObjectGraph& graph);

}  // namespace shortlist
