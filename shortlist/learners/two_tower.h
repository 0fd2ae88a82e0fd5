// Two towers, trained by gradient descent together with the ranking tasks over their outputs. Their config
// sections are described in docs/reference/config.md.
#pragma once

#include "shortlist/learners/kind.h"
#include "shortlist/train/trainer.h"

namespace shortlist {

// Towers with all parameters zero.
std::unique_ptr<Towers> make_towers(const ModelSpec& spec);

class TwoTowerLearner final : public Learner {
 public:
  // Initialises the parameters from the seed of the training.
  explicit TwoTowerLearner(const LearnerInput& input);
  // Uses towers that already have parameters.
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
  bool embedded_ = false;  // whether towers_->items match the parameters
};

struct TwoTowerSettings {
  static constexpr const char* kind = kTwoTower;
  static constexpr bool has_vectors = true;
  static constexpr const char* help =
      "A tower for queries and one for items, whose outputs' inner product is the score: [query], "
      "[items], "
      "[retrieval] and [[ranking]] describe them. Supports new users and items by their features";
  template <typename Visitor>
  void fields(Visitor&) {}

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const {
    return std::make_unique<TwoTowerLearner>(input);
  }
  static std::unique_ptr<Retriever> load(const StoredModel& stored);
};

// The same towers: the config's reader has set their layers.
struct FactorizationMachineKind : FactorizationMachineSettings {
  static constexpr const char* kind = kFactorizationMachine;
  static constexpr bool has_vectors = true;
  static constexpr const char* help =
      "A factorisation machine over the features of the query and of the item: a vector and a bias for each "
      "value of a feature. Is trained as two towers without hidden layers";

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const {
    return std::make_unique<TwoTowerLearner>(input);
  }
  static std::unique_ptr<Retriever> load(const StoredModel& stored) { return TwoTowerSettings::load(stored); }
};

}  // namespace shortlist
