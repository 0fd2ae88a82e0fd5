// Files of a run for people and other tools.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/bundle/bundle.h"
#include "shortlist/config/config.h"
#include "shortlist/interop/tensorboard/event_file.h"
#include "shortlist/io/file.h"
#include "shortlist/report/graph_picture.h"
#include "shortlist/train/training_callback.h"

namespace shortlist {

// out/run: checkpoints, event files and times. Not part of the bundle.
std::string run_folder(const std::string& out);
std::string checkpoint_folder(const std::string& out);

// Creates the run's folder, locks it, and removes temporary files that a killed run left. If nothing was
// written by the time it is destroyed, it removes the folders that it created.
class RunLock {
 public:
  // Throws Error(usage) if another run holds the folder's lock.
  explicit RunLock(const std::string& out);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

 private:
  std::string folder_;
  std::vector<std::filesystem::path> made_;  // inner ones first
  std::optional<FileLock> lock_;
};

// out/run/refit: the same files of the training on training and validation rows.
std::string refit_folder(const std::string& out);
// Removes the files of the folder's run, except the bundle and the lock.
void remove_run(const std::string& out);
// Throws Error(usage) if the folder contains a bundle or a checkpoint.
void check_holds_no_run(const std::string& out);
// Sets a config's tables to those that the run read: interactions, items and users. Changes nothing if the
// bundle was copied without its run.
void use_tables_of_run(const std::string& out, Config& config);

std::vector<GraphNode> graph_nodes(const Config& config, const ModelSpec& spec);

// report.txt and report.html. For a model with towers (not null), also model.svg, model.dot and summary.txt.
// If there are epochs, of which `kept_epoch` is the model's, also history.csv, curves.svg and curves.png.
std::vector<ExtraFile> people_files(const Config& config, const Towers* towers, const History& history,
                                    int kept_epoch, const EvaluationReport& report);

// Writes TensorBoard's event files and the history as epochs end, and forwards every call to a callback.
class RunFiles : public TrainingCallback {
 public:
  // With `refit`, writes the event files of the refit.
  RunFiles(const Config& config, const std::string& out, const Dataset& data, TrainingCallback& callback,
           bool refit = false);
  ~RunFiles() override;

  void after_step(const Progress& progress) override { callback_.after_step(progress); }
  void after_epoch(const EpochRecord& epoch, const Parameters& parameters) override;
  void learning_rate_fell(double from, double to) override { callback_.learning_rate_fell(from, to); }
  void stopped_early(int epoch, int best_epoch) override { callback_.stopped_early(epoch, best_epoch); }
  void resumed(const TrainerState& state) override { callback_.resumed(state); }
  void profiled(const StepProfile& profile) override { callback_.profiled(profile); }
  void warned(const std::string& message) override { callback_.warned(message); }

  // Writes the items' vectors, if any, for TensorBoard's projector, and run.json with times and paths.
  void finish(ConstMatrix vectors, const Items& items);

 private:
  void write_epoch(const EpochRecord& epoch, const Parameters& parameters);

  const Config& config_;
  std::string folder_, events_;
  int64_t steps_an_epoch_;
  TrainingCallback& callback_;
  std::unique_ptr<EventFile> train_, validation_;
  std::chrono::system_clock::time_point started_;
};

}  // namespace shortlist
