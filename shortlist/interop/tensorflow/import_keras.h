// Imports weights of a Keras model of the same structure: the output of model.save_weights(), in TensorFlow's
// format or as .weights.h5, or the variables of a SavedModel.
#pragma once

#include <string>

#include "shortlist/interop/tensorflow/keras_import.h"
#include "shortlist/model/parameters.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// Fills all parameters or none. Throws a data Error for a damaged file, and for one that does not fit, with
// the node, the actual and the expected shape. Panels must be packed afterwards.
KerasImport import_keras(const std::string& path, const ModelSpec& spec, Parameters& parameters,
                         const KerasImportOptions& options = {});

}  // namespace shortlist
