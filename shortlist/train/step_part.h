// One part of a training step's batch: its rows, its plan and its losses. A batch that is not divided has one
// part.
#pragma once

#include <optional>
#include <vector>

#include "shortlist/ranks/ordered_rows.h"
#include "shortlist/train/batcher.h"
#include "shortlist/train/squared_errors.h"
#include "shortlist/train/task.h"

namespace shortlist {

// Which part of how many.
struct PartPlace {
  size_t part = 0, parts = 1;
};

class StepPart {
 public:
  // With several parts, `parameters` must be of a part (Parameters::of_part). `first_here`: whether it is the
  // first part that this rank computes. All arguments except `spec` must outlive it.
  StepPart(const TrainSpec& spec, const ModelSpec& model, Parameters& parameters, const Dataset& data,
           Precision precision, PartPlace place, bool first_here);

  // The sums over the rows that the parts of a batch add up. One per task, or per task that predicts a value.
  struct Sums {
    double weight = 0;
    std::vector<double> losses, squared_errors, own_weights;
  };

  void make_batch(std::span<const uint32_t> rows, const NegativeSource& negatives);
  std::span<const float> begin_forward(ThreadPool& pool, uint64_t key) {
    return plan_.begin_forward(pool, *batch_, true, key);
  }
  // Runs a task's loss, with its weight as factor of the gradients. With `whole`, compares to the candidates
  // of all parts; take_gradient() must follow. `rows` and `groups` are those of the whole batch.
  void run_loss(ThreadPool& pool, size_t task, double weight, const WholeCandidates* whole, size_t rows,
                size_t groups);
  std::span<const float> begin_backward(ThreadPool& pool) { return plan_.begin_backward(pool, outputs_); }

  PartPlace place() const { return place_; }
  Plan& plan() { return plan_; }
  const Plan& plan() const { return plan_; }
  Parameters& parameters() const { return parameters_; }
  PartCandidates candidates() const { return batcher_.candidates(); }
  ConstMatrix candidate_embeddings(size_t task) const { return plan_.output(tasks_[task].outputs.candidate); }
  // The gradient with respect to the candidates of all parts, [V, D] of WholeCandidates.
  std::span<float> whole_gradient() { return whole_gradient_.span().first(whole_size_); }
  // Takes the gradient of its own candidates from the sum over all parts.
  void take_gradient(size_t task, const WholeCandidates& whole, std::span<const float> sum);
  // The gradients of the tables with these numbers.
  TableGradients table_gradients(std::span<const size_t> tables) const;

  std::span<const Task> tasks() const { return tasks_; }
  const LossBatch& loss_batch(size_t task) const { return batches_[task]; }
  const Sums& sums() const { return sums_; }

 private:
  Parameters& parameters_;
  const PartPlace place_;
  std::vector<Task> tasks_;
  std::vector<int> outputs_;  // outputs of all tasks
  Plan plan_;
  Batcher batcher_;
  const Batch* batch_ = nullptr;
  std::vector<LossBatch> batches_;  // the last batch for each task
  Buffer whole_gradient_;
  size_t whole_size_ = 0;
  SquaredErrors squared_errors_;
  Sums sums_;
};

}  // namespace shortlist
