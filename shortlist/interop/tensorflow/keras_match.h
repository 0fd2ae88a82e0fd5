// Which layer of a Keras model is which node of ours.
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

// Follows the structure, not names. Two disjoint objects of the graph are the towers: each has the tower's
// embeddings in any order and then its other layers in theirs; what is left, in its order, are the rankings.
// Where the order is not known, kinds and shapes decide.
// Among embeddings of one shape, and towers that could be exchanged, a path that holds a feature's name
// decides, then the order. Returns them in the order of Parameters. `shape` gives a variable's shape. Throws
// a data Error that begins with `where`, and says which node, what was found and what is needed.
std::vector<MatchedVariable> match_keras_layers(const KerasLayers& keras, const ModelSpec& spec,
                                                const Parameters& parameters,
                                                const std::function<std::vector<int64_t>(size_t)>& shape,
                                                const std::string& where);

}  // namespace shortlist
