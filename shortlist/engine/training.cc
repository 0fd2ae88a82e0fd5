#include "shortlist/engine/training.h"

#include <filesystem>

#include "shortlist/bundle/bundle.h"
#include "shortlist/engine/finish.h"
#include "shortlist/engine/import_bundle.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

void check_output(const TrainingOptions& options) {
  if (!options.resume) return check_holds_no_run(options.out);
  // A run that was killed before its first checkpoint goes on from the start.
  if (!is_bundle(options.out) && !fs::exists(run_folder(options.out))) {
    throw usage_error("{}: holds no run to go on with", options.out);
  }
}

// A vocabulary of one tells nothing apart: most likely not what was meant.
void warn_of_constant_features(const FeatureMap& features, TrainingListener& listener) {
  for (size_t i = 0; i < features.size(); ++i) {
    const Feature& feature = *features[i].feature;
    if (feature.kind() == "category" && feature.id_count() <= 2) {
      listener.warned(fmt::format("feature '{}': its vocabulary has {} value, so it tells nothing apart",
                                  features[i].name, feature.id_count() - 1));
    }
  }
}

void warn_of_precision(const Config& config, TrainingListener& listener) {
  if (step_precision(config) == config.training.precision) return;
  listener.warned(fmt::format(
      "training.precision = \"{}\" needs matrix tiles (Intel's AMX){}, which this processor does not have: "
      "trains in float32",
      enum_name(config.training.precision),
      config.training.precision == Precision::bf16 ? " or AMD's AVX-512 with bfloat16 (Zen 4)" : ""));
}

}  // namespace

TrainingResult train(const Config& config, const TrainingOptions& options, TrainingListener& listener,
                     const std::atomic<bool>& stop) {
  check_output(options);
  const FileLock lock = lock_run(options.out);
  check_output(options);  // again: one may have ended just now
  const std::vector<ExtraFile> kept = kept_structure(options.out);
  const PreparedData prepared = prepare_data(config, Table::open(config.data.source()));
  const Dataset& data = prepared.data;
  const ModelSpec spec = build_model(config, prepared.features);
  Parameters parameters(spec);
  parameters.initialize(static_cast<uint64_t>(config.training.seed));
  ThreadPool pool(options.threads);
  warn_of_constant_features(prepared.features, listener);
  warn_of_precision(config, listener);
  listener.prepared(config, data, spec, parameters);
  Trainer trainer(config, spec, parameters, data, pool);
  const std::string checkpoints = checkpoint_folder(options.out);
  const auto warn = [&](const std::string& message) { listener.warned(message); };
  if (options.resume && trainer.resume(checkpoints, warn)) listener.resumed(trainer.state());
  if (options.profile) trainer.start_profile();
  RunFiles files(config, options.out, data, listener);
  TrainingResult result;
  result.finished = trainer.run(files, stop, checkpoints) == Trainer::Outcome::finished;
  if (options.profile) listener.profiled(trainer.profile());
  result.history = trainer.state().history;
  if (!result.finished) return result;
  result.report =
      finish({config, prepared, spec, parameters, result.history}, options.out, pool, files, kept);
  listener.evaluated(result.report);
  return result;
}

std::string summary(const ModelSpec& spec, const Parameters& parameters) {
  std::string text =
      fmt::format("{:<34} {:<16} {:>10} {:>12}  {}\n", "node", "layer", "output", "parameters", "inputs");
  text += std::string(96, '-') + "\n";
  for (size_t i = 0; i < spec.nodes.size(); ++i) {
    const Node& node = spec.nodes[i];
    size_t count = 0;
    for (const ParameterState* state : parameters.of(i)) count += state->spec.rows * state->spec.cols;
    std::string inputs;
    for (int input : node.inputs) inputs += (inputs.empty() ? "" : ", ") + spec.at(input).name;
    if (node.feature >= 0) inputs = node.layer->kind() == "embedding" ? "ids" : "numbers";
    text += fmt::format("{:<34} {:<16} {:>10} {:>12}  {}\n", node.name, node.layer->kind(),
                        fmt::format("[*, {}]", node.width), fmt::format("{}", count), inputs);
  }
  text += std::string(96, '-') + "\n";
  text += fmt::format("trained parameters: {}; kept beside them: {}\n", parameters.trainable_count(),
                      parameters.kept_count());
  return text;
}

Described describe(const Config& config) {
  const PreparedData prepared = prepare_data(config, Table::open(config.data.source()));
  const ModelSpec spec = build_model(config, prepared.features);
  const Parameters parameters(spec);
  const std::vector<GraphNode> graph = graph_nodes(config, spec);
  return {summary(spec, parameters), to_dot(graph), graph_to_svg(graph, "")};
}

}  // namespace shortlist
