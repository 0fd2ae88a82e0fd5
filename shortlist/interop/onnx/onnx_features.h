// Converts each feature kind to ONNX operators, from a model's input to ids or numbers. Inputs are strings if
// ONNX can look them up. Otherwise (hashing) they are ids.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "shortlist/features/feature_map.h"
#include "shortlist/interop/onnx/onnx_graph.h"

namespace shortlist {

struct OnnxFeature {
  // ids[rows], or bags[rows, n] of ids with -1 for none. For numeric features, numbers[rows, width].
  std::string value;
  bool bags = false;
  // The input's description for people and programs: name, column, kind, type, shape, feed, missing,
  // settings.
  nlohmann::json input;
};

// Adds an input with the feature's name. Throws a usage Error for a kind that ONNX cannot express.
OnnxFeature add_onnx_feature(OnnxGraph& graph, const FeatureMap::Entry& entry);

}  // namespace shortlist
