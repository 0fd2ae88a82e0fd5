// Runs two learners in sequence: a kind that retrieves, then towers that learn to rank ([[ranking]]).
#pragma once

#include "shortlist/learners/two_tower.h"

namespace shortlist {

class RankedLearner final : public Learner {
 public:
  RankedLearner(std::unique_ptr<Learner> retrieval, const LearnerInput& input);

  std::vector<std::string> warnings() const override;
  void announce(TrainingCallback& callback) const override { ranking_.announce(callback); }
  // Checkpoints and rates belong to the ranking; the retriever is always fitted again.
  Fitted fit(const FitOptions& options, TrainingCallback& callback, const std::atomic<bool>& stop) override;
  Towers* towers() override { return ranking_.towers(); }
  std::unique_ptr<Retriever> make_retriever(bool searched) override {
    return retrieval_->make_retriever(searched);
  }

 private:
  std::unique_ptr<Learner> retrieval_;
  TwoTowerLearner ranking_;
};

}  // namespace shortlist
