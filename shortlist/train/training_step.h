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
#include "shortlist/train/epoch_sums.h"
#include "shortlist/train/step_ranks.h"

namespace shortlist {

// The precision of a step's matrix products: `wanted`, or float32 if the processor does not support it.
Precision step_precision(Precision wanted);

class TrainingStep {
 public:
  // Parameters must be initialised. All arguments except `spec` must outlive it. All ranks take the same
  // steps, each with its parts of every batch, and have the same parameters after each step.
  TrainingStep(const TrainSpec& spec, const ModelSpec& model, Parameters& parameters, const Dataset& data,
               ThreadPool& pool, Communicator& ranks);

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
  std::span<const Task> tasks() const { return ranks_.tasks(); }
  // Packs the parameters for the steps' matrix products.
  void pack() { parameters_.pack(pool_, true, precision_); }
  Precision precision() const { return precision_; }
  // The first node whose output was not finite in the last step, or "".
  std::string first_not_finite() const { return ranks_.first_not_finite(); }

  // Starts timing the phases of each step.
  void start_profile();
  // The phases of the last step, with the times since start_profile() if it was called.
  StepProfile profile() const;

 private:
  StepMetrics run_phases(std::span<const uint32_t> rows, std::span<const double> rates,
                         std::span<const uint32_t> earlier);
  double update(std::span<const double> rates);
  StepPhase shared_phase(const std::string& name, size_t phase, const LossWork& work) const;
  LossWork loss_work(size_t task) const;
  LossWork optimizer_work() const;
  StepPhase exchange_phase() const;
  // The factor of a task's loss: its weight, or with learned weights weight exp(-s).
  double weight_of(size_t task) const;
  void write_weight_gradients(std::span<const double> losses);
  StepMetrics figures_of(const StepPart::Sums& sums, size_t rows) const;

  Parameters& parameters_;
  ThreadPool& pool_;
  Precision precision_;
  RandomStream dropout_, negatives_;
  const Dataset& data_;
  StepRanks ranks_;
  NegativeSampler sampler_;
  std::optional<StreamingShares> shares_;  // of the items, if they are estimated while training
  ParameterState* task_weights_;           // their s if they are learned, else null
  std::vector<ParameterState*> trained_;   // the parameters that the optimizer updates
  std::vector<Gradient> gradients_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<WeightAverage> average_;
  PhaseClock clock_;
  int64_t profiled_steps_ = 0;
};

}  // namespace shortlist
