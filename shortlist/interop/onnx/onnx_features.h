// What each feature kind is in ONNX's operators: from a model's input to ids or numbers. Strings where ONNX
// can look them up; where it cannot (hashing), ids.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "shortlist/features/feature_map.h"
#include "shortlist/interop/onnx/onnx_graph.h"

namespace shortlist {

struct OnnxFeature {
  // ids[rows], or bags[rows, n] of ids with -1 for none; of features that yield numbers, numbers[rows,
  // width].
  std::string value;
  bool bags = false;
  // The input, for people and programs that feed it: name, column, kind, type, shape, feed, missing,
  // settings.
  nlohmann::json input;
};

// Adds an input with the feature's name. Throws a usage Error for a kind that has no form in ONNX.
OnnxFeature add_onnx_feature(OnnxGraph& graph, const FeatureMap::Entry& entry);

}  // namespace shortlist
