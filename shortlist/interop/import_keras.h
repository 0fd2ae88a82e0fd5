// Weights of a TensorFlow model of the same structure, in and out: what model.save_weights(path,
// save_format="tf") wrote, or a SavedModel's variables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/model/parameters.h"
#include "shortlist/optim/optimizer.h"

namespace shortlist {

// Where each parameter came from.
struct ImportedWeights {
  struct Source {
    std::string parameter, key;  // "query/genre/embeddings", the checkpoint's key
  };
  std::vector<Source> sources;
};

// What the model's Keras optimizer knew.
struct ImportedOptimizer {
  int64_t steps = 0;
  std::optional<double> learning_rate;
  struct Slot {
    std::string name;  // as Optimizer::slots() has it
    size_t rows = 0, cols = 0;
    Buffer values;
  };
  std::vector<Slot> slots;
};

// Fills all parameters, or none: throws a data Error for a checkpoint that is damaged, and for one that does
// not fit, naming node, found and needed shape. `optimizer`, if given, gets the slots that the checkpoint
// has. Panels must be packed afterwards.
ImportedWeights import_tensorflow(const std::string& checkpoint, const ModelSpec& spec,
                                  Parameters& parameters, ImportedOptimizer* optimizer = nullptr);

// Sets an optimizer to where the imported one stood. Throws a data Error when a slot that it needs is absent;
// one that has not taken a step needs none.
void restore_optimizer(const ImportedOptimizer& imported, Optimizer& optimizer);

}  // namespace shortlist
