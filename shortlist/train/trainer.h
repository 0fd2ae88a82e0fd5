// Trains a model on a dataset, epoch by epoch; can stop after any step and go on from there.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "shortlist/optim/optimizer_state.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/training_callback.h"
#include "shortlist/train/training_step.h"

namespace shortlist {

struct Checkpoint;

class Trainer {
 public:
  // Parameters must be initialised. All must outlive it.
  Trainer(const Config& config, const ModelSpec& spec, Parameters& parameters, const Dataset& data,
          ThreadPool& pool);
  ~Trainer();

  enum class Outcome { finished, interrupted };
  // Runs up to the config's epochs, or until `stop` is set: then after the step in progress. Ends with the
  // best weights when the config says so and it finished. With `checkpoints`, saves after each epoch into
  // that folder, and when stopped. Throws a failed Error if the loss, a parameter or the optimizer's state is
  // not finite, before it saves: the last checkpoint is kept.
  Outcome run(TrainingCallback& callback, const std::atomic<bool>& stop, const std::string& checkpoints = "");

  // Trains for one epoch at each of the learning rates, whatever the config says of epochs, plateaus and
  // early stopping. Call it before run() and resume().
  void follow(std::vector<double> learning_rates);

  // Goes on from the newest checkpoint of the folder. Returns false if there is none. `warn` is told of those
  // that are damaged; then it goes on from the one before. If the config's learning rate is not the one that
  // the checkpoint was made with, it counts from now on. Throws a data Error if the checkpoint belongs to
  // another config, or all are damaged.
  bool resume(
      const std::string& checkpoints,
      const std::function<void(const std::string&)>& warn = [](const std::string&) {});
  // The same with this checkpoint.
  void load(const Checkpoint& checkpoint);

  // One step over given rows, for tests and benchmarks.
  StepMetrics step(std::span<const uint32_t> rows);

  // Continues a run of another program: its step count is converted to epochs of this config, and the state
  // of plateaus and early stopping is reset. Throws a data Error when the state is of another kind of
  // optimizer.
  void begin_at(const OptimizerState& optimizer);
  // Saves a checkpoint for resume().
  void save(const std::string& checkpoints);

  // From now on times the phases of each step.
  void start_profile();
  // What the last step did, and the times since start_profile(), if that was called.
  StepProfile profile() const;

  const TrainerState& state() const;
  // Row numbers in the order in which an epoch (0-based) uses them.
  std::vector<uint32_t> epoch_order(int epoch) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shortlist
