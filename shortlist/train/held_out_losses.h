// The losses of held-out rows, from outputs that have been computed already.
#pragma once

#include "shortlist/train/batcher.h"
#include "shortlist/train/distinct_pairs.h"
#include "shortlist/train/task.h"

namespace shortlist {

// The model's outputs for some rows of a dataset.
struct RowOutputs {
  ConstMatrix queries;                            // embeddings of the rows' distinct queries
  ConstMatrix candidates;                         // embeddings of all candidates of the dataset
  const std::vector<std::vector<float>>& scores;  // [ranking task][distinct pair], raw outputs
};

class HeldOutLosses {
 public:
  // The batches have as many rows as in training, and their own negatives, the same in each call. `data` and
  // `pool` must outlive it.
  HeldOutLosses(const TrainSpec& spec, const Dataset& data, ThreadPool& pool)
      : data_(data),
        pool_(pool),
        batch_(static_cast<size_t>(spec.settings.batch)),
        random_(static_cast<uint64_t>(spec.settings.seed), "held-out negatives"),
        sampler_(spec.negatives(), data),
        batcher_(data) {}

  // The mean over the rows of their batches' losses.
  double mean(const Task& task, std::span<const uint32_t> rows, const DistinctPairs& found,
              const RowOutputs& outputs);

 private:
  void set_embeddings(std::span<const uint32_t> rows, const DistinctPairs& found, const RowOutputs& outputs,
                      HeldOutRows& held);
  void run_batches(const Task& task, std::span<const uint32_t> rows, const DistinctPairs& found,
                   const RowOutputs& outputs, FunctionRef<void(const LossBatch&)> visit);

  const Dataset& data_;
  ThreadPool& pool_;
  size_t batch_;
  RandomStream random_;
  NegativeSampler sampler_;
  Batcher batcher_;
  std::vector<uint32_t> query_, candidate_;  // for each row
  std::vector<float> row_weight_, log_share_;
};

// The sum of the penalties of all regularised parameters.
double regularization_loss(const Parameters& parameters);

}  // namespace shortlist
