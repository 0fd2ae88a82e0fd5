#include "shortlist/engine/import_bundle.h"

#include <filesystem>

#include "shortlist/engine/finish.h"
#include "shortlist/io/file.h"
#include "shortlist/train/checkpoint.h"

namespace shortlist {
namespace {

constexpr const char* kStructureFile = "keras_structure.pb";

// The run's first checkpoint.
void save_start(const Config& config, const ModelSpec& spec, Parameters& parameters, const Dataset& data,
                ThreadPool& pool, const KerasImport& imported, const std::string& out) {
  Trainer trainer(config, spec, parameters, data, pool);
  if (imported.optimizer) trainer.begin_at(*imported.optimizer);
  trainer.save(checkpoint_folder(out));
}

}  // namespace

ImportResult import_bundle(const Config& config, const ImportOptions& options) {
  check_holds_no_run(options.out);
  const PreparedData prepared = prepare_data(config, Table::open(config.data.source()));
  const ModelSpec spec = build_model(config, prepared.features);
  Parameters parameters(spec);
  ImportResult result{.imported = import_keras(options.checkpoint, spec, parameters)};
  ThreadPool pool(options.threads);
  parameters.pack(pool, false);
  make_directories(run_folder(options.out));
  save_start(config, spec, parameters, prepared.data, pool, result.imported, options.out);
  std::vector<ExtraFile> extras;
  if (result.imported.structure) extras = {{kStructureFile, result.imported.structure->serialize()}};
  TrainingListener nobody;
  RunFiles files(config, options.out, prepared.data, nobody);
  result.report = finish({config, prepared, spec, parameters, History()}, options.out, pool, files, extras);
  return result;
}

std::string structure_file(const std::string& bundle) { return bundle + "/" + kStructureFile; }

std::vector<ExtraFile> kept_structure(const std::string& bundle) {
  if (!std::filesystem::exists(structure_file(bundle))) return {};
  return {{kStructureFile, read_file(structure_file(bundle))}};
}

}  // namespace shortlist
