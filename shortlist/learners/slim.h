// SLIM: for each item, the sparse non-negative weights of the other items that predict it best.
// Minimises ½ ‖x_j - X w‖² + ½ l2 ‖w‖² + l1 ‖w‖₁ with w ≥ 0 and w_j = 0. Ning and Karypis 2011, eq. (5).
#pragma once

#include "shortlist/learners/item_to_item.h"

namespace shortlist {

struct SlimSettings {
  static constexpr const char* kind = "slim";
  static constexpr const char* help =
      "A sparse linear model from the items of a user to every other item, with positive weights and an "
      "elastic net, by coordinate descent (Ning and Karypis 2011)";
  double l1 = 1;
  double l2 = 10;
  int candidates = 1000;
  int sweeps = 50;
  double tolerance = 1e-4;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("l1", l1, "Weight of the L1 penalty. A larger one keeps fewer weights.", Range::at_least(0));
    visit("l2", l2, "Weight of the L2 penalty", Range::at_least(0));
    visit("candidates", candidates,
          "Number of items that may have a weight to an item: those with the most common users",
          Range::between(1, 1'000'000));
    visit("sweeps", sweeps, "Maximum number of passes over the weights of an item",
          Range::between(1, 1'000'000));
    visit("tolerance", tolerance, "The passes end when no weight changes by more than this", Range::above(0));
  }

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored) {
    return load_item_to_item(kind, stored);
  }
};

// The weights from item to item, of the matrix [users, items].
SparseMatrix slim_weights(const SparseMatrix& users, const SlimSettings& settings, ThreadPool& pool,
                          const std::atomic<bool>& stop);

}  // namespace shortlist
