#include "shortlist/jobs/export_onnx.h"

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/interop/onnx/export_onnx.h"

namespace shortlist {

bool export_to_onnx(const std::string& path, const std::string& folder) {
  const Bundle bundle = load_bundle(path);
  const Towers& towers = bundle.need_towers("export --to onnx");
  const FeatureMap query = bundle.features.select(bundle.config.query.features),
                   item = bundle.features.select(bundle.config.items.features);
  OnnxSource source{query, item, towers.spec, *towers.parameters, {}};
  for (const RankingConfig& ranking : bundle.config.ranking)
    source.labels.push_back({ranking.label, ranking.loss.prediction() == Prediction::probability});
  export_onnx(folder, source);
  return !source.labels.empty();
}

}  // namespace shortlist
