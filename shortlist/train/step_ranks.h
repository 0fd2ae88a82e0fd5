// The parts of a batch that this rank computes, and what they exchange with the parts of other ranks.
#pragma once

#include <memory>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/ranks/counted_ranks.h"
#include "shortlist/train/batch_split.h"
#include "shortlist/train/step_part.h"

namespace shortlist {

// Throws a usage Error if there are more ranks than parts of a batch.
void check_batch_parts(const TrainingConfig& training, const Communicator& ranks);

class StepRanks {
 public:
  // With one part, it has the parameters themselves, and there may be only one rank. Throws a usage Error if
  // there are more ranks than parts.
  StepRanks(const TrainSpec& spec, const ModelSpec& model, Parameters& parameters, const Dataset& data,
            ThreadPool& pool, Precision precision, Communicator& ranks);

  bool divided() const { return parts_ > 1; }
  std::span<const Task> tasks() const { return first().tasks(); }
  StepPart& first() const { return *own_[0]; }
  std::span<const std::unique_ptr<StepPart>> own() const { return own_; }

  // One after the other, for each step. `negatives` is the source for the whole batch.
  void make_batches(std::span<const uint32_t> rows, const NegativeSource& negatives);
  void forward(const RandomStream& random);
  void run_loss(size_t task, double weight);
  void backward();
  // Adds up the gradients of all parts, in first().parameters().
  void sum_gradients();
  // The sums over all parts.
  StepPart::Sums sums();

  // Since the last call of start_profile().
  const CountedRanks& traffic() const { return ranks_; }
  void start_profile();
  // The work of the layers in all own parts.
  std::vector<StepPhase> profile() const;
  std::string first_not_finite() const;

 private:
  using Begin = FunctionRef<std::span<const float>(StepPart&, ThreadPool&)>;
  using Continue = FunctionRef<std::span<const float>(StepPart&, ThreadPool&, std::span<const float>)>;
  void run_joined(Begin begin, Continue go_on);
  void join(size_t share);
  void for_each_part(FunctionRef<void(size_t, ThreadPool&)> act);
  bool has_embeddings() const;
  void sum_tables();

  const size_t parts_;
  ThreadPool& pool_;
  CountedRanks ranks_;
  const PartRange range_;  // of this rank
  BatchSplit split_;
  WholeCandidates whole_;
  std::vector<std::unique_ptr<Parameters>> parameters_;  // of the parts, if there are several
  std::vector<std::unique_ptr<StepPart>> own_;
  std::vector<std::unique_ptr<ThreadPool>> pools_;  // of the parts
  std::vector<size_t> tables_;                      // the numbers of the trained tables
  TableGradients table_sums_;
  std::vector<std::span<const float>> shares_;
  std::vector<float> joined_;
};

}  // namespace shortlist
