// The objects of a Keras model, as far as its checkpoints contain them. TensorFlow finds variables by the
// attributes that refer to them, so a checkpoint needs the structure of the model whose load_weights() reads
// it.
#pragma once

#include <string>

#include "shortlist/interop/tensorflow/keras_checkpoint.h"

namespace shortlist {

// An object graph in which every variable that Shortlist has gets an extra attribute, kHolds. Its key is the
// name of a parameter or a slot ("query/dense/kernel", "query/dense/kernel/m"), "steps", or "learning_rate".
struct KerasStructure {
  static constexpr std::string_view kHolds = "SHORTLIST_HOLDS";
  ObjectGraph graph;

  // The structure of a model from its checkpoint.
  static KerasStructure of(const KerasCheckpoint& checkpoint, const Parameters& parameters);
  // Parses the output of serialize(), a TrackableObjectGraph. Throws a data Error that begins with `where`.
  static KerasStructure parse(std::string_view bytes, const std::string& where);
  // Leaves out variables that Shortlist does not have, such as metrics.
  std::string serialize() const;

  void hold(size_t node, const std::string& what);
};

// The name of the parameter, slot or value in the node (see kHolds), or nullptr.
const std::string* held_by(const TrackedObject& node);

}  // namespace shortlist
