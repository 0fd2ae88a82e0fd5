// The objects that a Keras model is made of, as far as its checkpoints tell. TensorFlow finds variables by
// the attributes that hold them, so a checkpoint that a model's load_weights is to read needs its structure.
#pragma once

#include <string>

#include "shortlist/interop/tensorflow/keras_checkpoint.h"

namespace shortlist {

// An object graph in which every variable of ours has an attribute more, kHolds, whose key says what it
// holds: a parameter or a slot by its name ("query/dense/kernel", "query/dense/kernel/m"), "steps", or
// "learning_rate".
struct KerasStructure {
  static constexpr std::string_view kHolds = "SHORTLIST_HOLDS";
  ObjectGraph graph;

  // Of a model whose checkpoint we have.
  static KerasStructure of(const KerasCheckpoint& checkpoint, const Parameters& parameters);
  // What serialize() made: a TrackableObjectGraph. Throws a data Error, which begins with `where`.
  static KerasStructure parse(std::string_view bytes, const std::string& where);
  // Without variables that are not ours, such as metrics.
  std::string serialize() const;

  void hold(size_t node, const std::string& what);
};

// What the node holds of ours, or nullptr.
const std::string* held_by(const TrackedObject& node);

}  // namespace shortlist
