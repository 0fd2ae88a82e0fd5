// Weights of a Keras model of the same structure: what model.save_weights() wrote, in TensorFlow's format or
// as .weights.h5, or a SavedModel's variables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/interop/keras_structure.h"
#include "shortlist/optim/optimizer_state.h"

namespace shortlist {

struct KerasImport {
  // Where each parameter came from: "query/genre/embeddings", and the file's name for it.
  struct Source {
    std::string parameter, key;
  };
  std::vector<Source> sources;
  std::optional<OptimizerState> optimizer;  // where the file has one
  std::optional<KerasStructure> structure;  // not of .weights.h5, which has no names of attributes
};

struct KerasImportOptions {
  bool optimizer = true;                // whether to read its state
  std::vector<std::string> slot_names;  // of it, as slot_names() has them; .weights.h5 does not name them
};

// Fills all parameters, or none: throws a data Error for a file that is damaged, and for one that does not
// fit, naming node, found and needed shape. Panels must be packed afterwards.
KerasImport import_keras(const std::string& path, const ModelSpec& spec, Parameters& parameters,
                         const KerasImportOptions& options = {});

}  // namespace shortlist
