// Matches the layers of a Keras model with the nodes of a Shortlist model.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shortlist/interop/tensorflow/keras_layers.h"
#include "shortlist/model/parameters.h"

namespace shortlist {

struct MatchedVariable {
  size_t parameter = 0;  // position in Parameters
  size_t variable = 0;   // node of the graph
};

// Matches by structure, not by names. The towers are two disjoint objects of the graph. Each has the tower's
// embeddings in any order, followed by its other layers in order. The remaining layers, in order, are the
// rankings. If the order is not known, kinds and shapes decide.
// Among embeddings of the same shape, and for towers that could be swapped, a path that contains a feature's
// name decides, then the order. Returns the variables in the order of Parameters. `shape` returns a
// variable's shape. Throws a data Error that begins with `where` and says which node failed, what was found
// and what is needed.
std::vector<MatchedVariable> match_keras_layers(const KerasLayers& keras, const ModelSpec& spec,
                                                const Parameters& parameters,
                                                const std::function<std::vector<int64_t>(size_t)>& shape,
                                                const std::string& where);

}  // namespace shortlist
