#include "shortlist/jobs/import_bundle.h"

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/config/build.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/file.h"
#include "shortlist/jobs/finish.h"
#include "shortlist/learners/two_tower.h"
#include "shortlist/model/label_scale.h"
#include "shortlist/train/checkpoint.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

constexpr const char* kStructureFile = "keras_structure.pb";

// Adds the checkpoint's name to errors.
void begin_at(Trainer& trainer, const OptimizerState& optimizer, const std::string& checkpoint) {
  try {
    trainer.begin_at(optimizer);
  } catch (const Error& error) {
    throw Error(error.kind(), checkpoint + ": " + error.what());
  }
}

}  // namespace

ImportResult import_bundle(const Config& config, const ImportOptions& options) {
  if (!config.model.is_two_tower())
    throw usage_error("import fills a model of kind \"two_tower\", but model.kind is \"{}\"",
                      config.model.kind);
  check_holds_no_run(options.out);
  const PreparedData prepared = prepare_data(resolve_data(config), Table::open(config.data.source()));
  const TrainSpec training = resolve_training(config);
  const ModelSpec model = build_model(config, prepared.features, prepared.label_scales);
  auto towers = make_towers(model);
  const KerasImportOptions from{.optimizer = !options.new_optimizer,
                                .slot_names = slot_names(config.training.optimizer)};
  ImportResult result{.imported = import_keras(options.checkpoint, towers->spec, *towers->parameters, from)};
  unfold_label_scales(towers->spec, *towers->parameters);
  ThreadPool pool(options.threads);
  Parameters& parameters = *towers->parameters;
  TwoTowerLearner learner({config.model, training, model, prepared, pool}, std::move(towers));
  if (result.imported.optimizer) begin_at(learner.trainer(), *result.imported.optimizer, options.checkpoint);
  const RunLock lock(options.out);
  check_holds_no_run(options.out);  // again: another run may have just ended
  learner.trainer().save(checkpoint_folder(options.out));
  parameters.pack(pool, false);
  std::vector<ExtraFile> extras;
  if (result.imported.structure) extras = {{kStructureFile, result.imported.structure->serialize()}};
  TrainingCallback nobody;
  RunFiles files(config, options.out, prepared.data, nobody);
  result.report = finish({config, training, prepared, learner, History()}, options.out, pool, files, extras);
  return result;
}

std::vector<ExtraFile> kept_structure(const std::string& bundle) {
  const auto structure = read_bundle_file(bundle, kStructureFile);
  if (!structure) return {};
  return {{kStructureFile, *structure}};
}

}  // namespace shortlist
