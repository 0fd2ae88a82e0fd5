// Exports a model as ONNX: query.onnx, item.onnx, ranking.onnx if there are ranking tasks, and
// inputs.json, which describes the inputs of each. Details are in docs/reference/export.md.
#pragma once

#include <string>
#include <vector>

#include "shortlist/features/feature_map.h"
#include "shortlist/model/parameters.h"

namespace shortlist {

// The label that a ranking task predicts.
struct OnnxLabel {
  std::string name;
  bool is_probability = false;  // the output is the sigmoid of the last layer's output
};

// The input of an export. All references must outlive the call.
struct OnnxSource {
  const FeatureMap &query, &item;  // of the two towers
  const ModelSpec& spec;
  const Parameters& parameters;
  std::vector<OnnxLabel> labels;  // for each ranking task
};

// The towers take the features' inputs and return "embedding" [rows, width]. The ranking takes such
// embeddings as "query" and "item" and returns "predicted_LABEL" [rows] for each task. Throws a usage
// Error that names a node or a feature that ONNX cannot express; then no file is written.
void export_onnx(const std::string& folder, const OnnxSource& source);

}  // namespace shortlist
