// Options and results of an import of Keras weights.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/interop/tensorflow/keras_structure.h"
#include "shortlist/optim/optimizer_state.h"

namespace shortlist {

struct KerasImport {
  // The source of each parameter: "query/genre/embeddings", and its name in the file.
  struct Source {
    std::string parameter, key;
  };
  std::vector<Source> sources;
  std::optional<OptimizerState> optimizer;  // if the file has one
  std::optional<KerasStructure> structure;  // not for .weights.h5, which has no attribute names
};

struct KerasImportOptions {
  bool optimizer = true;                // whether to read the optimizer's state
  std::vector<std::string> slot_names;  // as in slot_names(); .weights.h5 does not name slots
};

}  // namespace shortlist
