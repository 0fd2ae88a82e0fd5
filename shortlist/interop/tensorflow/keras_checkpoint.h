// A TensorFlow checkpoint whose variables have been matched with the parameters of a model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/interop/tensorflow/keras_match.h"
#include "shortlist/interop/tensorflow/tensor_bundle.h"

namespace shortlist {

struct MatchedSlot {
  std::string name;  // as in Optimizer::slots(): "query/dense/kernel/m"
  size_t parameter = 0;
  size_t variable = 0;  // node of the graph
};

struct KerasCheckpoint {
  TensorBundle bundle;
  ObjectGraph graph;
  std::vector<MatchedVariable> matched;

  // Throws a data Error if the checkpoint is damaged or does not fit the model.
  static KerasCheckpoint open(const std::string& path, const ModelSpec& spec, const Parameters& parameters);

  // The variable's values: float32, with the shape for which its node was matched.
  const BundleTensor& variable(size_t node) const;

  // The state of the model's optimizer. Empty if the graph has no optimizer.
  std::optional<size_t> steps() const, learning_rate() const;  // nodes of scalars: int64, float32
  std::vector<MatchedSlot> slots(const Parameters& parameters) const;
};

}  // namespace shortlist
