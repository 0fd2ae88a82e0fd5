#include "shortlist/jobs/export_onnx.h"

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/interop/onnx/export_onnx.h"

namespace shortlist {

bool export_to_onnx(const std::string& path, const std::string& folder) {
  const Bundle bundle = load_bundle(path);
  const Towers& towers = bundle.need_towers("export --to onnx");
  const FeatureMap query = bundle.features.select(bundle.spec.query),
                   item = bundle.features.select(bundle.spec.candidate);
  OnnxSource source{query, item, towers.spec, *towers.parameters, {}};
  for (const AnswerSpec::Label& label : bundle.spec.labels)
    source.labels.push_back({label.name, label.prediction == Prediction::probability});
  export_onnx(folder, source);
  return !source.labels.empty();
}

}  // namespace shortlist
