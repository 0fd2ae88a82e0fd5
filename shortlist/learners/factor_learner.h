// What the learners of factors share: epochs with a figure each, checkpoints, and the stop flag.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shortlist/learners/learner.h"
#include "shortlist/learners/user_items.h"

namespace shortlist {

// Each item's number of entries, as a share of the largest.
std::vector<float> shares_of_most_popular(const SparseRows& entries);

class FactorLearner : public Learner {
 public:
  // Throws a usage Error if the queries do not contain the user.
  FactorLearner(const LearnerInput& input, std::string kind, int epochs);

  void announce(TrainingCallback& callback) const override;
  // Saves a checkpoint after each epoch, and continues from the newest one.
  Fitted fit(const FitOptions& options, TrainingCallback& callback, const std::atomic<bool>& stop) override;

 protected:
  // The matrix of users and items to learn from.
  virtual SparseMatrix read_entries() const = 0;
  // Initialises the factors. The entries outlive all calls below.
  virtual void begin(const SparseRows& entries) = 0;
  // One epoch, numbered from 0. Returns the figures of the training rows and of the validation rows. They are
  // not used if `stop` was set.
  virtual EpochRecord run_epoch(int epoch, const std::atomic<bool>& stop) = 0;
  // What a checkpoint contains, after begin().
  virtual std::vector<std::pair<std::string, std::span<float>>> state() = 0;
  // Makes the model from the factors after the last epoch.
  virtual void end() = 0;

  const LearnerInput& input() const { return input_; }
  const Dataset& data() const { return input_.prepared.data; }
  uint64_t seed() const { return static_cast<uint64_t>(input_.training.settings.seed); }

 private:
  const LearnerInput input_;
  const std::string kind_;
  const int epochs_;
  SparseMatrix entries_;
};

}  // namespace shortlist
