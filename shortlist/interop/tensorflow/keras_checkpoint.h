// A TensorFlow checkpoint whose variables have been matched with a model of ours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/interop/tensorflow/keras_match.h"
#include "shortlist/interop/tensorflow/tensor_bundle.h"

namespace shortlist {

struct MatchedSlot {
  std::string name;  // as Optimizer::slots() has it: "query/dense/kernel/m"
  size_t parameter = 0;
  size_t variable = 0;  // node of the graph
};

struct KerasCheckpoint {
  TensorBundle bundle;
  ObjectGraph graph;
  std::vector<MatchedVariable> matched;

  // Throws a data Error for a checkpoint that is damaged or does not fit the model.
  static KerasCheckpoint open(const std::string& path, const ModelSpec& spec, const Parameters& parameters);

  // The variable's values: float32, of the shape that its node was matched for.
  const BundleTensor& variable(size_t node) const;

  // Of the model's optimizer; a graph without one has none of them.
  std::optional<size_t> steps() const, learning_rate() const;  // nodes of scalars: int64, float32
  std::vector<MatchedSlot> slots(const Parameters& parameters) const;
};

}  // namespace shortlist
