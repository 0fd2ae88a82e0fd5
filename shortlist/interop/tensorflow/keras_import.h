// What an import of Keras weights asks for and finds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/interop/tensorflow/keras_structure.h"
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

}  // namespace shortlist
