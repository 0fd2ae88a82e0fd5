// Weights back to TensorFlow: a checkpoint that a Keras model's load_weights(path) reads.
#pragma once

#include <string>

#include "shortlist/interop/tensorflow/keras_structure.h"
#include "shortlist/optim/optimizer_state.h"

namespace shortlist {

// Both write PREFIX.index, PREFIX.data-00000-of-00001, and "checkpoint" beside them, and make the folder. A
// prefix that ends in "/" gives files ".index" and ".data-..." in that folder. The optimizer's state is
// written where one is given and the structure has a place for all of it.
void export_tensorflow(const std::string& prefix, const KerasStructure& structure,
                       const Parameters& parameters, const OptimizerState* optimizer = nullptr);

// Takes structure and all that is not ours, such as metrics, from another checkpoint of the Keras model.
// Throws a data Error when that does not fit.
void export_tensorflow_like(const std::string& like, const std::string& prefix, const ModelSpec& spec,
                            const Parameters& parameters, const OptimizerState* optimizer = nullptr);

}  // namespace shortlist
