// The layers with weights in a checkpoint's object graph, in the order in which the model created them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shortlist/interop/tensorflow/object_graph.h"

namespace shortlist {

struct KerasLayer {
  std::string path;  // local names from the model down: "user_model/layer_with_weights-0/type_embedding"
  std::string kind;  // Shortlist's name of the kind; "unknown" for a layer with weights that Shortlist does
                     // not have
  // Keyed by Shortlist's parameter names: "kernel_u" is the kernel of a low-rank cross's first dense layer.
  std::vector<std::pair<std::string, size_t>> variables;
};

// The range of layers in one object of the graph.
struct KerasObject {
  std::string path;
  size_t begin = 0, end = 0;
};

struct KerasLayers {
  std::vector<KerasLayer> layers;    // each object once, at its first position, depth first
  std::vector<KerasObject> objects;  // those that contain layers, parents first
  bool in_order = true;              // false: only layers of the same kind are in the order of creation
};

KerasLayers find_keras_layers(const ObjectGraph& graph);

}  // namespace shortlist
