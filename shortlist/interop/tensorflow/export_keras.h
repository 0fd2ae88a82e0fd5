// Exports weights to TensorFlow: a checkpoint that a Keras model's load_weights(path) can read.
#pragma once

#include <string>

#include "shortlist/interop/tensorflow/keras_structure.h"
#include "shortlist/optim/optimizer_state.h"

namespace shortlist {

// Both functions create the folder and write PREFIX.index, PREFIX.data-00000-of-00001, and "checkpoint" next
// to them. If the prefix ends in "/", the files in that folder are ".index" and ".data-...". The optimizer's
// state is written if it is given and the structure has a place for all of it.
void export_tensorflow(const std::string& prefix, const KerasStructure& structure,
                       const Parameters& parameters, const OptimizerState* optimizer = nullptr);

// Copies the structure and all values that Shortlist does not have, such as metrics, from another checkpoint
// of the Keras model. Throws a data Error if that checkpoint does not fit.
void export_tensorflow_like(const std::string& like, const std::string& prefix, const ModelSpec& spec,
                            const Parameters& parameters, const OptimizerState* optimizer = nullptr);

}  // namespace shortlist
