// Two towers, trained by gradient descent with the ranking tasks over their outputs.
// docs/reference/config.md describes their sections.
#pragma once

#include "shortlist/learners/kind.h"
#include "shortlist/train/trainer.h"

namespace shortlist {

// The model of the config for the data, its parameters all zero.
std::unique_ptr<Towers> make_towers(const Config& config, const PreparedData& prepared);

class TwoTowerLearner final : public Learner {
 public:
  // With initial parameters from the config's seed.
  explicit TwoTowerLearner(const LearnerInput& input);
  // Of towers that have their parameters already.
  TwoTowerLearner(const LearnerInput& input, std::unique_ptr<Towers> towers);

  std::vector<std::string> warnings() const override;
  void announce(TrainingCallback& callback) const override;
  Fitted fit(const FitOptions& options, TrainingCallback& callback, const std::atomic<bool>& stop) override;
  Towers* towers() override;
  std::unique_ptr<Retriever> make_retriever(bool searched) override;

  Trainer& trainer() { return trainer_; }

 private:
  void load(const FitOptions& options, TrainingCallback& callback);

  const LearnerInput input_;
  std::unique_ptr<Towers> towers_;
  Trainer trainer_;
  bool embedded_ = false;  // towers_->items are those of the parameters
};

struct TwoTowerSettings {
  static constexpr const char* kind = kTwoTower;
  static constexpr const char* help =
      "A tower for queries and one for items, whose outputs' inner product is the score: [query], "
      "[candidate], "
      "[retrieval] and [[ranking]] describe them. Knows new users and items by their features";
  template <typename Visitor>
  void fields(Visitor&) {}

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const {
    return std::make_unique<TwoTowerLearner>(input);
  }
  static std::unique_ptr<Retriever> load(const StoredModel& stored);
};

}  // namespace shortlist
