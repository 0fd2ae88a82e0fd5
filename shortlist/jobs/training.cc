#include "shortlist/jobs/training.h"

#include <filesystem>

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/io/file.h"
#include "shortlist/jobs/finish.h"
#include "shortlist/jobs/import_bundle.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/jobs/telling_features.h"
#include "shortlist/jobs/unread_nodes.h"
#include "shortlist/train/checkpoint.h"
#include "shortlist/train/prepare.h"
#include "shortlist/train/trainer.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

// Marks a run that does not go on with what the folder's bundle is.
std::string anew_file(const std::string& out) { return run_folder(out) + "/anew"; }

void check_output(const TrainingOptions& options) {
  if (options.overwrite) return;
  if (!options.resume) return check_holds_no_run(options.out);
  // A run that was killed before its first checkpoint goes on from the start.
  if (!is_bundle(options.out) && !fs::exists(run_folder(options.out))) {
    throw usage_error("{}: holds no run to go on with", options.out);
  }
}

// A vocabulary of one tells nothing apart: most likely not what was meant.
void warn_of_constant_features(const FeatureMap& features, TrainingCallback& callback) {
  for (size_t i = 0; i < features.size(); ++i) {
    const Feature& feature = *features[i].feature;
    if (feature.kind() == "category" && feature.id_count() <= 2) {
      callback.warned(fmt::format("feature '{}': its vocabulary has {} value, so it tells nothing apart",
                                  features[i].name, feature.id_count() - 1));
    }
  }
}

void warn_of_precision(const Config& config, TrainingCallback& callback) {
  if (step_precision(config) == config.training.precision) return;
  callback.warned(fmt::format(
      "training.precision = \"{}\" needs matrix tiles (Intel's AMX){}, which this processor does not have: "
      "trains in float32",
      enum_name(config.training.precision),
      config.training.precision == Precision::bf16 ? " or AMD's AVX-512 with bfloat16 (Zen 4)" : ""));
}

// A model, the rows that it is trained on, and its training.
struct Run {
  Run(const Config& config, TrainOn train_on, ThreadPool& pool)
      : Run(config, Table::open(config.data.source()), train_on, pool) {}
  Run(const Config& config, const Table& table, TrainOn train_on, ThreadPool& pool)
      : notes(table.notes()),
        prepared(prepare_data(config, table, train_on)),
        spec(build_model(config, prepared)),
        parameters(spec) {
    parameters.initialize(static_cast<uint64_t>(config.training.seed));
    trainer.emplace(config, spec, parameters, prepared.data, pool);
  }
  Run(const Run&) = delete;

  const std::vector<std::string> notes;  // on how the table was read
  PreparedData prepared;
  ModelSpec spec;
  Parameters parameters;
  std::optional<Trainer> trainer;
};

class TrainingJob {
 public:
  TrainingJob(const Config& config, const TrainingOptions& options, TrainingCallback& callback,
              const std::atomic<bool>& stop, std::vector<ExtraFile> kept)
      : config_(config),
        options_(options),
        callback_(callback),
        stop_(stop),
        kept_(std::move(kept)),
        pool_(options.threads) {}

  TrainingResult run() {
    std::unique_ptr<Run> run = start(TrainOn::train);
    if (!options_.from_checkpoint.empty()) return bundle_of_checkpoint(*run);
    const int epochs_before = begin(*run, checkpoint_folder(options_.out));
    RunFiles files(config_, options_.out, run->prepared.data, callback_);
    TrainingResult result = train(*run, files, checkpoint_folder(options_.out));
    if (!result.finished || !config_.training.refit) return finished(*run, files, std::move(result));
    const std::vector<double> rates = best_rates(run->trainer->state());
    if (run->trainer->state().epoch != epochs_before) std::filesystem::remove_all(refit_folder(options_.out));
    // The refit has no validation rows left to choose it by.
    order_ = choose_order({config_, run->prepared, run->spec, run->parameters, result.history}, pool_);
    run.reset();
    return refit(rates);
  }

 private:
  std::unique_ptr<Run> start(TrainOn train_on) {
    auto run = std::make_unique<Run>(config_, train_on, pool_);
    if (train_on == TrainOn::train) {
      if (config_.training.refit && run->prepared.data.split.validation.empty())
        throw usage_error("training.refit needs validation rows, by which the number of epochs is chosen");
      for (const std::string& note : run->notes) callback_.warned(note);
      for (const std::string& note : run->prepared.data.notes) callback_.warned(note);
      warn_of_constant_features(run->prepared.features, callback_);
      warn_of_precision(config_, callback_);
      for (const std::string& warning : warnings_of_telling_features(config_, run->prepared.data))
        callback_.warned(warning);
      for (const std::string& warning : warnings_of_unread(run->spec)) callback_.warned(warning);
    }
    callback_.prepared(config_, run->prepared.data, run->spec, run->parameters);
    return run;
  }

  // Returns the epochs that were done before.
  int begin(Run& run, const std::string& checkpoints) {
    const auto warn = [&](const std::string& message) { callback_.warned(message); };
    if (options_.resume && run.trainer->resume(checkpoints, warn)) callback_.resumed(run.trainer->state());
    if (options_.profile) run.trainer->start_profile();
    return run.trainer->state().epoch;
  }

  TrainingResult train(Run& run, RunFiles& files, const std::string& checkpoints) {
    TrainingResult result;
    result.finished = run.trainer->run(files, stop_, checkpoints) == Trainer::Outcome::finished;
    if (options_.profile) callback_.profiled(run.trainer->profile());
    result.history = run.trainer->state().history;
    return result;
  }

  // The learning rates of the epochs up to the one whose weights the model has.
  std::vector<double> best_rates(const TrainerState& state) const {
    const auto& early = config_.training.early_stopping;
    const size_t epochs = early && early->restore_best && state.early.best_epoch > 0
                              ? static_cast<size_t>(state.early.best_epoch)
                              : state.history.epochs.size();
    std::vector<double> rates;
    for (size_t e = 0; e < epochs; ++e) rates.push_back(state.history.epochs[e].learning_rate);
    return rates;
  }

  TrainingResult refit(const std::vector<double>& rates) {
    callback_.refitting(static_cast<int>(rates.size()));
    const std::string folder = refit_folder(options_.out), checkpoints = folder + "/checkpoints";
    make_directories(folder);
    const std::unique_ptr<Run> run = start(TrainOn::train_and_validation);
    run->trainer->follow(rates);
    begin(*run, checkpoints);
    RunFiles files(config_, options_.out, run->prepared.data, callback_, true);
    return finished(*run, files, train(*run, files, checkpoints));
  }

  TrainingResult bundle_of_checkpoint(Run& run) {
    const std::string& from = options_.from_checkpoint;
    std::optional<Checkpoint> checkpoint;
    if (fs::is_directory(from)) {
      checkpoint = open_newest_checkpoint(has_checkpoint(from) ? from : checkpoint_folder(from));
    } else {
      checkpoint = open_checkpoint(from);
    }
    if (!checkpoint) throw usage_error("{}: has no checkpoint", from);
    run.trainer->load(*checkpoint);
    callback_.resumed(run.trainer->state());
    run.trainer->save(checkpoint_folder(options_.out));
    run.parameters.pack(pool_, false);
    RunFiles files(config_, options_.out, run.prepared.data, callback_);
    return finished(run, files, {.finished = true, .history = run.trainer->state().history});
  }

  TrainingResult finished(Run& run, RunFiles& files, TrainingResult result) {
    if (!result.finished) return result;
    result.report = finish({config_, run.prepared, run.spec, run.parameters, result.history, order_},
                           options_.out, pool_, files, kept_);
    callback_.evaluated(result.report);
    return result;
  }

  const Config& config_;
  const TrainingOptions& options_;
  TrainingCallback& callback_;
  const std::atomic<bool>& stop_;
  const std::vector<ExtraFile> kept_;
  ThreadPool pool_;
  std::optional<ChosenOrder> order_;
};

}  // namespace

TrainingResult train(const Config& config, const TrainingOptions& options, TrainingCallback& callback,
                     const std::atomic<bool>& stop) {
  if (config.training.refit && !options.from_checkpoint.empty())
    throw usage_error("training.refit trains; to make a bundle of a checkpoint, set training.refit=false");
  check_output(options);
  const FileLock lock = lock_run(options.out);
  check_output(options);  // again: one may have ended just now
  if (options.overwrite) {
    remove_run(options.out);
    write_file_atomically(anew_file(options.out), "");
  }
  // The structure of an imported model goes on with its run, and not into what takes its place.
  std::vector<ExtraFile> kept;
  if (!fs::exists(anew_file(options.out))) kept = kept_structure(options.out);
  return TrainingJob(config, options, callback, stop, std::move(kept)).run();
}

}  // namespace shortlist
