#include "shortlist/jobs/export_tensorflow.h"

#include <fmt/ranges.h>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/interop/tensorflow/export_keras.h"
#include "shortlist/interop/tensorflow/keras_names.h"
#include "shortlist/jobs/import_bundle.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/model/label_scale.h"
#include "shortlist/train/checkpoint.h"

namespace shortlist {
namespace {

// The entry of `names` for `ours`. Throws Error(usage) if there is none.
std::string& place_of(KerasNames& names, const std::string& ours) {
  std::vector<std::pair<std::string, std::string*>> places = {{"query", &names.query},
                                                              {"item", &names.item},
                                                              {"cross", &names.cross},
                                                              {"deep", &names.deep},
                                                              {"prediction", &names.prediction}};
  for (KerasNames::Feature& feature : names.features)
    places.emplace_back("features." + feature.feature, &feature.attribute);
  std::vector<std::string> known;
  for (const auto& [name, place] : places) {
    if (name == ours) return *place;
    known.push_back(name);
  }
  if (ours == "candidate") throw usage_error("'candidate' is now 'item': write --name item=...");
  throw usage_error("no part of the model is named '{}', only {}", ours, fmt::join(known, ", "));
}

std::vector<FeatureConfig> tower_features(const Config& config) {
  std::vector<FeatureConfig> features;
  for (const auto* names : {&config.query.features, &config.items.features})
    for (const std::string& name : *names) features.push_back(config.feature(name));
  return features;
}

KerasStructure find_structure(const std::string& path, const Bundle& bundle,
                              const std::vector<std::pair<std::string, std::string>>& given) {
  const std::vector<ExtraFile> kept = given.empty() ? kept_structure(path) : std::vector<ExtraFile>();
  if (!kept.empty()) return KerasStructure::parse(kept[0].content, path + "/" + kept[0].name);
  KerasNames names = default_keras_names(tower_features(*bundle.config));
  for (const auto& [ours, theirs] : given) place_of(names, ours) = theirs;
  return structure_from_names(bundle.towers->spec, *bundle.towers->parameters, names);
}

std::optional<OptimizerState> state_of_run(const std::string& bundle) {
  const auto checkpoint = open_newest_checkpoint(checkpoint_folder(bundle));
  if (!checkpoint) return std::nullopt;
  return load_optimizer_state(*checkpoint);
}

}  // namespace

void export_to_tensorflow(const std::string& path, const TensorflowExport& options) {
  const Bundle bundle = load_bundle(path);
  const Towers& towers = bundle.need_towers("export --to tensorflow");
  // The optimizer's state is for the weights of the standardised label, which the checkpoint does not
  // contain.
  const std::optional<OptimizerState> state =
      has_label_scales(towers.spec) ? std::nullopt : state_of_run(path);
  fold_label_scales(towers.spec, *towers.parameters);
  const OptimizerState* optimizer = state ? &*state : nullptr;
  if (!options.like.empty()) {
    export_tensorflow_like(options.like, options.out, towers.spec, *towers.parameters, optimizer);
  } else {
    export_tensorflow(options.out, find_structure(path, bundle, options.names), *towers.parameters,
                      optimizer);
  }
}

}  // namespace shortlist
