#include "shortlist/jobs/training.h"

#include <fmt/ranges.h>

#include <filesystem>

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/config/build.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/file.h"
#include "shortlist/jobs/doctor.h"
#include "shortlist/jobs/finish.h"
#include "shortlist/jobs/fit_shard.h"
#include "shortlist/jobs/import_bundle.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/jobs/task_balance.h"
#include "shortlist/jobs/telling_features.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/ranks/same_on_all_ranks.h"
#include "shortlist/train/checkpoint.h"
#include "shortlist/train/labels.h"
#include "shortlist/train/prepare.h"
#include "shortlist/train/step_ranks.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

// Marks a run that does not continue the run of the folder's bundle.
std::string anew_file(const std::string& out) { return run_folder(out) + "/anew"; }

void check_output(const TrainingOptions& options) {
  if (options.overwrite) return;
  if (!options.resume) return check_holds_no_run(options.out);
  // A run that was killed before its first checkpoint restarts from the beginning.
  if (!is_bundle(options.out) && !fs::exists(run_folder(options.out))) {
    throw usage_error("{}: contains no run to continue", options.out);
  }
}

// A vocabulary of one value carries no information, which is probably not intended.
void warn_of_constant_features(const FeatureMap& features, TrainingCallback& callback) {
  for (size_t i = 0; i < features.size(); ++i) {
    const Feature& feature = *features[i].feature;
    if (feature.kind() == "category" && feature.id_count() <= 2) {
      callback.warned(
          fmt::format("feature '{}': its vocabulary has {} value, so the feature carries no information",
                      features[i].name, feature.id_count() - 1));
    }
  }
}

// The bundle that a training begins with. Throws a usage Error if it has another kind of model.
struct Earlier {
  Earlier(const Config& config, const TrainingOptions& options)
      : bundle(load_bundle(options.from)),
        features{bundle.features, options.keep_values},
        model{towers(config, options.from).spec, *bundle.towers->parameters, bundle.features,
              bundle.spec.query, bundle.spec.candidate} {
    check("query", bundle.spec.query, config.query.all_features(), options.from);
    check("item", bundle.spec.candidate, config.items.all_features(), options.from);
  }
  Earlier(const Earlier&) = delete;

  const Bundle bundle;
  const EarlierFeatures features;
  const EarlierModel model;

 private:
  const Towers& towers(const Config& config, const std::string& path) const {
    if (!config.has_towers())
      throw usage_error("{}: a model of kind \"{}\" is always trained anew", path, config.model.kind);
    return bundle.need_towers("train --from");
  }
  static void check(const char* tower, const std::vector<std::string>& before,
                    const std::vector<std::string>& now, const std::string& path) {
    if (before == now) return;
    throw usage_error("{}: its {} has the features {}, but that of the config has {}", path, tower,
                      fmt::join(before, ", "), fmt::join(now, ", "));
  }
};

// The data that a model is trained on, and its learner.
struct Run {
  Run(const Config& config, const DataSpec& data, const TrainSpec& training, TrainOn train_on,
      ThreadPool& pool, const Earlier* earlier, const FittedFeatures* fitted, Communicator* ranks)
      : Run(config, data, training, Table::open(config.data.source()), train_on, pool, earlier, fitted,
            ranks) {}
  Run(const Run&) = delete;

  const std::vector<std::string> notes;  // notes on how the table was read
  std::vector<Finding> findings;         // about the table and its split
  const PreparedData prepared;
  const ModelSpec model;
  const std::unique_ptr<Learner> learner;

 private:
  static ModelSpec model_of(const Config& config, const PreparedData& prepared, const TrainSpec& training) {
    if (!config.has_towers()) return {};
    ModelSpec model = build_model(config, prepared.features, prepared.label_scales);
    check_parameters_fit(model, training);
    return model;
  }
  Run(const Config& config, const DataSpec& data, const TrainSpec& training, const Table& table,
      TrainOn train_on, ThreadPool& pool, const Earlier* earlier, const FittedFeatures* fitted,
      Communicator* ranks)
      : notes(table.notes()),
        prepared(prepare_data(
            data, table, train_on,
            [&](const DataColumns& columns, const Split& split) {
              findings = find_faults(config, table, columns, split);
            },
            earlier == nullptr ? nullptr : &earlier->features, fitted)),
        model(model_of(config, prepared, training)),
        learner(make_learner({config.model, training, model, prepared, pool, config.query.all_features(),
                              earlier == nullptr ? nullptr : &earlier->model, ranks})) {}
};

// Ranks that read other rows would silently train another model.
void check_same_data(const DataFingerprint& data, Communicator& ranks) {
  std::vector<RankFact> facts = {{"the number of the table's rows", fmt::format("{}", data.rows)}};
  for (const auto& [name, fingerprint] : data.columns)
    facts.push_back({fmt::format("column '{}' of the table", name), fingerprint});
  for (const auto& [name, fingerprint] : data.side_tables)
    facts.push_back({fmt::format("the table of {}", name), fingerprint});
  facts.push_back({"the split", data.split});
  facts.push_back({"the fitted features", data.features});
  check_same_on_all_ranks(ranks, facts);
}

// A checkpoint, or the folder of a run's checkpoints.
std::string checkpoint_of(const std::string& from) {
  if (!fs::is_directory(from) || has_checkpoint(from)) return from;
  if (!has_checkpoint(checkpoint_folder(from))) throw usage_error("{}: has no checkpoint", from);
  return checkpoint_folder(from);
}

// The note on why a finished run does nothing more, and how to continue it.
// `setting`: the number of epochs.
std::string finished_note(const std::string& out, size_t epochs, bool stopped_early,
                          const std::string& setting) {
  if (stopped_early)
    return fmt::format(
        "{}: the run is finished: training.early_stopping ended it after epoch {}; start again with "
        "--overwrite",
        out, epochs);
  return fmt::format(
      "{}: the run is finished: all {} epochs are done; train longer with --set {}=N, or start "
      "again with --overwrite",
      out, epochs, setting);
}

// Where the run keeps what is larger than memory.
std::string cache_folder(const TrainingOptions& options) {
  return options.large.cache.empty() ? run_folder(options.out) + "/cache" : options.large.cache;
}

class TrainingJob {
 public:
  TrainingJob(const Config& config, const TrainingOptions& options, TrainingCallback& callback,
              const std::atomic<bool>& stop, std::vector<ExtraFile> kept)
      : config_(config),
        data_(resolve_data(config)),
        training_(resolve_training(config)),
        options_(options),
        callback_(callback),
        stop_(stop),
        kept_(std::move(kept)),
        pool_(options.threads) {
    if (!options.from.empty()) earlier_.emplace(config, options);
    if (!options.features.empty()) fitted_ = load_fitted_features(options.features, config);
  }

  // What a rank other than the first does.
  TrainingResult follow() {
    const Fitted fitted = start(TrainOn::train)->learner->fit(fit_options(), callback_, stop_);
    TrainingResult result{.finished = fitted.finished, .history = fitted.history};
    if (!fitted.finished || !config_.training.refit) return result;
    start(TrainOn::train_and_validation)->learner->fit(refit_options(fitted.rates), callback_, stop_);
    return result;
  }

  TrainingResult run() {
    std::unique_ptr<Run> run = start(TrainOn::train);
    RunFiles files(config_, options_.out, run->prepared.data, callback_);
    const Fitted fitted = run->learner->fit(fit_options(), files, stop_);
    if (options_.resume && fitted.finished && !fitted.went_on) say_finished(fitted.history);
    if (!fitted.finished || !config_.training.refit) return finished(*run, files, fitted);
    if (fitted.went_on) fs::remove_all(refit_folder(options_.out));
    // The order must be chosen now, since the refit has no validation rows.
    order_ = choose_order({config_, training_, run->prepared, *run->learner, fitted.history}, pool_);
    run.reset();
    return refit(fitted.rates);
  }

 private:
  std::unique_ptr<Run> start(TrainOn train_on) {
    auto run =
        std::make_unique<Run>(config_, data_, training_, train_on, pool_, earlier_ ? &*earlier_ : nullptr,
                              fitted_ ? &*fitted_ : nullptr, options_.ranks);
    if (options_.ranks != nullptr && options_.ranks->size() > 1)
      check_same_data(run->prepared.data.fingerprint, *options_.ranks);
    if (train_on == TrainOn::train) warn(*run);
    run->learner->announce(callback_);
    return run;
  }

  FitOptions fit_options() const {
    FitOptions fit{.checkpoints = checkpoint_folder(options_.out),
                   .resume = options_.resume,
                   .profile = options_.profile};
    if (!options_.from_checkpoint.empty()) fit.from_checkpoint = checkpoint_of(options_.from_checkpoint);
    return fit;
  }
  FitOptions refit_options(const LearningRates& rates) const {
    return {.checkpoints = refit_folder(options_.out) + "/checkpoints",
            .resume = options_.resume,
            .profile = options_.profile,
            .rates = rates};
  }

  void warn(const Run& run) {
    if (config_.training.refit && run.prepared.data.split.validation.empty())
      throw usage_error("training.refit needs validation rows to choose the number of epochs");
    for (const std::string& note : run.notes) callback_.warned(note);
    for (const std::string& note : run.prepared.data.notes) callback_.warned(note);
    warn_of_constant_features(run.prepared.features, callback_);
    for (const std::string& note : describe_unlabelled(data_, run.prepared.data)) callback_.warned(note);
    for (const std::string& warning : warnings_of_telling_features(config_, run.prepared.data))
      callback_.warned(warning);
    if (const std::string warning = warning_of_balance(config_); !warning.empty()) callback_.warned(warning);
    for (const std::string& warning : run.learner->warnings()) callback_.warned(warning);
  }

  void say_finished(const History& history) const {
    if (config_.training.refit || !is_bundle(options_.out) || fs::exists(anew_file(options_.out))) return;
    const size_t epochs = history.epochs.size();
    callback_.warned(config_.has_towers()
                         ? finished_note(options_.out, epochs,
                                         epochs < static_cast<size_t>(config_.training.epochs),
                                         "training.epochs")
                         : finished_note(options_.out, epochs, false, "model.epochs"));
  }

  TrainingResult refit(const LearningRates& rates) {
    callback_.refitting(static_cast<int>(rates.of_epochs.size()));
    make_directories(refit_folder(options_.out));
    const std::unique_ptr<Run> run = start(TrainOn::train_and_validation);
    RunFiles files(config_, options_.out, run->prepared.data, callback_, true);
    return finished(*run, files, run->learner->fit(refit_options(rates), files, stop_));
  }

  TrainingResult finished(Run& run, RunFiles& files, const Fitted& fitted) {
    TrainingResult result{.finished = fitted.finished, .history = fitted.history};
    if (!result.finished) return result;
    result.report =
        finish({config_, training_, run.prepared, *run.learner, result.history, order_, run.findings},
               options_.out, pool_, files, kept_);
    callback_.evaluated(result.report);
    return result;
  }

  const Config& config_;
  const DataSpec data_;
  const TrainSpec training_;
  const TrainingOptions& options_;
  TrainingCallback& callback_;
  const std::atomic<bool>& stop_;
  const std::vector<ExtraFile> kept_;
  ThreadPool pool_;
  std::optional<ChosenOrder> order_;
  std::optional<Earlier> earlier_;
  std::optional<FittedFeatures> fitted_;
};

void check_ranks(const Config& config, const Communicator& ranks) {
  if (ranks.size() == 1) return;
  if (config.model.retrieves_by_towers()) return check_batch_parts(config.training, ranks);
  if (config.model.kind != "ials")
    throw usage_error("model.kind = \"{}\" trains on one rank, got {}", config.model.kind, ranks.size());
  if (config.has_towers())
    throw usage_error("[[ranking]] over model.kind = \"ials\" trains on one rank, got {}", ranks.size());
}

// Keeps large data in files while the job runs, as the options say.
template <typename Job>
TrainingResult with_large_data(const Config& config, const TrainingOptions& options, Job job) {
  const std::string cache = cache_folder(options);
  TrainingResult result = within_memory(options.large.max_memory, [&] {
    const LargeData large(options.large, cache, config.training.table_storage == TableStorage::mapped);
    return job();
  });
  result.spilled_bytes = SpillFolder::most_bytes();
  return result;
}

}  // namespace

TrainingResult train(const Config& config, const TrainingOptions& options, TrainingCallback& callback,
                     const std::atomic<bool>& stop) {
  find_kind(config.model);  // checked before anything is read
  if (config.training.refit && !options.from_checkpoint.empty())
    throw usage_error(
        "training.refit trains a new model; to make a bundle of a checkpoint, set training.refit=false");
  if (config.training.refit && !options.features.empty())
    throw usage_error(
        "--features: training.refit fits the features again, on the training and validation rows; set "
        "training.refit=false");
  if (options.ranks != nullptr) check_ranks(config, *options.ranks);
  const auto join = [&] {
    if (options.ranks != nullptr) options.ranks->barrier();
  };
  if (options.ranks != nullptr && options.ranks->rank() > 0) {
    join();  // rank 0 has prepared the folder
    return with_large_data(config, options, [&] {
      const TrainingResult result = TrainingJob(config, options, callback, stop, {}).follow();
      join();  // rank 0 has written the bundle, and needs the folder of large data no more
      return result;
    });
  }
  check_output(options);
  const RunLock lock(options.out);
  check_output(options);  // again: another run may have just ended
  if (options.overwrite) {
    remove_run(options.out);
    write_file_atomically(anew_file(options.out), "");
  }
  // The structure of an imported model is kept when its run is resumed, but not when the run is overwritten.
  std::vector<ExtraFile> kept;
  if (!fs::exists(anew_file(options.out))) kept = kept_structure(options.out);
  join();
  return with_large_data(config, options, [&] {
    const TrainingResult result = TrainingJob(config, options, callback, stop, std::move(kept)).run();
    join();
    return result;
  });
}

}  // namespace shortlist
