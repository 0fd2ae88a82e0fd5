// Two learners one after another: a kind that retrieves, then towers that learn to rank ([[ranking]]).
#pragma once

#include "shortlist/learners/two_tower.h"

namespace shortlist {

class RankedLearner final : public Learner {
 public:
  RankedLearner(std::unique_ptr<Learner> retrieval, const LearnerInput& input);

  std::vector<std::string> warnings() const override;
  void announce(TrainingCallback& callback) const override { ranking_.announce(callback); }
  // Checkpoints and rates are the ranking's: what retrieves is fitted anew.
  Fitted fit(const FitOptions& options, TrainingCallback& callback, const std::atomic<bool>& stop) override;
  Towers* towers() override { return ranking_.towers(); }
  std::unique_ptr<Retriever> make_retriever(bool searched) override {
    return retrieval_->make_retriever(searched);
  }

 private:
  const Config config_;  // of the towers
  std::unique_ptr<Learner> retrieval_;
  TwoTowerLearner ranking_;
};

}  // namespace shortlist
