// One training step: forward, the tasks' losses, backward, and the optimizer's update.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/phase_clock.h"
#include "shortlist/base/random.h"
#include "shortlist/model/step_profile.h"
#include "shortlist/optim/optimizer.h"
#include "shortlist/optim/weight_average.h"
#include "shortlist/train/batcher.h"
#include "shortlist/train/epoch_sums.h"
#include "shortlist/train/squared_errors.h"
#include "shortlist/train/task.h"

namespace shortlist {

// The precision of a step's matrix products: `wanted`, or float32 if the processor does not support it.
Precision step_precision(Precision wanted);

class TrainingStep {
 public:
  // Parameters must be initialised. All arguments except `spec` must outlive it.
  TrainingStep(const TrainSpec& spec, const ModelSpec& model, Parameters& parameters, const Dataset& data,
               ThreadPool& pool);

  // Trains on these rows, at the learning rates of training.optimizer and of each part. Returns the metrics
  // before the update. The candidates of `earlier` rows may be negatives.
  StepMetrics run(std::span<const uint32_t> rows, std::span<const double> rates,
                  std::span<const uint32_t> earlier = {});
  // Updates what depends on the rows of earlier steps as these steps did, without training.
  void skip(std::span<const uint32_t> rows);
  bool depends_on_earlier_steps() const { return shares_.has_value(); }
  // The number of rows before a batch that run() reads.
  size_t earlier_rows() const { return sampler_.negatives().earlier; }

  Optimizer& optimizer() const { return *optimizer_; }
  // Null unless training.average is set.
  WeightAverage* average() const { return average_.get(); }
  std::span<const Task> tasks() const { return tasks_; }
  // Packs the parameters for the steps' matrix products.
  void pack() { parameters_.pack(pool_, true, precision_); }
  Precision precision() const { return precision_; }
  // The first node whose output was not finite in the last step, or "".
  std::string first_not_finite() const { return plan_.first_not_finite(); }

  // Starts timing the phases of each step.
  void start_profile();
  // The phases of the last step, with the times since start_profile() if it was called.
  StepProfile profile() const;

 private:
  StepMetrics run_phases(std::span<const uint32_t> rows, std::span<const double> rates,
                         std::span<const uint32_t> earlier);
  double update(std::span<const double> rates);
  StepPhase shared_phase(const std::string& name, size_t phase, const LossWork& work) const;
  LossWork optimizer_work() const;

  Parameters& parameters_;
  ThreadPool& pool_;
  Precision precision_;
  RandomStream dropout_, negatives_;
  std::vector<Task> tasks_;
  std::vector<int> outputs_;  // outputs of all tasks
  Plan plan_;
  const Dataset& data_;
  NegativeSampler sampler_;
  std::optional<StreamingShares> shares_;  // of the items, if they are estimated while training
  Batcher batcher_;
  std::vector<LossBatch> batches_;  // the last step's batch for each task
  SquaredErrors squared_errors_;
  std::vector<ParameterState*> trained_;  // the parameters that the optimizer updates
  std::vector<Gradient> gradients_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<WeightAverage> average_;
  PhaseClock clock_;
  int64_t profiled_steps_ = 0;
};

}  // namespace shortlist
