// Trains a model on a dataset, epoch by epoch. Can stop after any step and resume from there.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "shortlist/optim/optimizer_state.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/learning_rates.h"
#include "shortlist/train/training_callback.h"
#include "shortlist/train/training_step.h"

namespace shortlist {

struct Checkpoint;

class Trainer {
 public:
  // Parameters must be initialised. All arguments except `spec` must outlive the trainer. With `ranks`, all
  // of them train the same model on the same dataset, each computes its parts of every batch
  // (training.batch_parts), and rank 0 saves the checkpoints.
  Trainer(const TrainSpec& spec, const ModelSpec& model, Parameters& parameters, const Dataset& data,
          ThreadPool& pool, Communicator* ranks = nullptr);
  ~Trainer();

  enum class Outcome { finished, interrupted };
  // Runs all epochs, or until `stop` is set on any rank, which is checked after each step. Rank 0's callback
  // sets the learning rate of all. A finished run
  // ends with the best weights if early stopping asks for that. With `checkpoints`, saves into that folder
  // after each epoch and when stopped. With training.average, the averages are evaluated and kept. Throws
  // Error(failed) if the loss, a parameter or the optimizer's state is not finite; that state is not saved,
  // so the last checkpoint is kept.
  Outcome run(TrainingCallback& callback, const std::atomic<bool>& stop, const std::string& checkpoints = "");

  // Trains for one epoch at each of the learning rates, and ignores the config's epochs, plateau and early
  // stopping. Schedules run as in the training that the rates come from. Must be called before run() and
  // resume().
  void follow(LearningRates rates);

  // Resumes from the newest checkpoint of the folder. Returns false if there is none. Calls `warn` for each
  // damaged checkpoint and then uses the previous one. If the config's learning rate has changed since the
  // checkpoint, the new one applies from now on. Throws a data Error if the checkpoint belongs to another
  // config, or if all are damaged.
  bool resume(
      const std::string& checkpoints,
      const std::function<void(const std::string&)>& warn = [](const std::string&) {});
  // Resumes from this checkpoint.
  void load(const Checkpoint& checkpoint);

  // Runs one step over the given rows, for tests and benchmarks.
  StepMetrics step(std::span<const uint32_t> rows);

  // Continues a run of another program: its step count is converted to epochs of this config, and the state
  // of plateaus and early stopping is reset. Throws a data Error if the state is of another kind of
  // optimizer.
  void begin_at(const OptimizerState& optimizer);
  // Saves a checkpoint for resume().
  void save(const std::string& checkpoints);

  // Sets the parameters to their averages, for use: a run that is not finished cannot go on. Does nothing
  // without averages.
  void use_average();

  // Starts timing the phases of each step.
  void start_profile();
  // The phases of the last step, with the times since start_profile() if it was called.
  StepProfile profile() const;

  const TrainerState& state() const;
  int64_t steps_an_epoch() const;
  // Row numbers in the order in which an epoch (0-based) uses them.
  std::vector<uint32_t> epoch_order(int epoch) const;

 private:
  void skip_steps();

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shortlist
