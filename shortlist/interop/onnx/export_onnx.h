// A model as ONNX: query.onnx, candidate.onnx, with ranking tasks ranking.onnx, and inputs.json, which says
// what each takes. docs/reference/export.md has the details.
#pragma once

#include <string>
#include <vector>

#include "shortlist/features/feature_map.h"
#include "shortlist/model/parameters.h"

namespace shortlist {

// What a ranking task predicts.
struct OnnxLabel {
  std::string name;
  bool is_probability = false;  // the sigmoid of the last layer's output
};

// All must outlive the call.
struct OnnxSource {
  const FeatureMap &query, &candidate;  // of the towers
  const ModelSpec& spec;
  const Parameters& parameters;
  std::vector<OnnxLabel> labels;  // of each ranking task
};

// The towers take the features' inputs and give "embedding" [rows, width]. The ranking takes "query" and
// "candidate", such embeddings, and gives "predicted_LABEL" [rows] for each task. Throws a usage Error that
// names a node or a feature without a form in ONNX; then no file is written.
void export_onnx(const std::string& folder, const OnnxSource& source);

}  // namespace shortlist
