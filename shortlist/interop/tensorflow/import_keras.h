// Weights of a Keras model of the same structure: what model.save_weights() wrote, in TensorFlow's format or
// as .weights.h5, or a SavedModel's variables.
#pragma once

#include <string>

#include "shortlist/interop/tensorflow/keras_import.h"
#include "shortlist/model/parameters.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// Fills all parameters, or none: throws a data Error for a file that is damaged, and for one that does not
// fit, naming node, found and needed shape. Panels must be packed afterwards.
KerasImport import_keras(const std::string& path, const ModelSpec& spec, Parameters& parameters,
                         const KerasImportOptions& options = {});

}  // namespace shortlist
