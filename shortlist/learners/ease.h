// EASE: the linear model from the items of a user to each item that leaves the item itself out, with an L2
// penalty, in closed form. P = (Xᵀ X + l2 I)⁻¹, B_ij = -P_ij / P_jj, B_jj = 0. Steck 2019, eq. (8).
#pragma once

#include "shortlist/learners/item_to_item.h"

namespace shortlist {

struct EaseSettings {
  static constexpr const char* kind = "ease";
  static constexpr const char* help =
      "A linear model from the items of a user to every other item, in closed form (Steck 2019). Its matrix "
      "has a number for each pair of items";
  double l2 = 300;
  int keep = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("l2", l2, "Weight of the L2 penalty. A larger one suits data with more users for each item.",
          Range::above(0));
    visit("keep", keep,
          "Number of weights that are kept for each item of a history, the largest in size; 0 keeps all",
          Range::between(0, 1'000'000));
  }

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored) {
    return load_item_to_item(kind, stored);
  }
};

// Whether float64 is needed: float32 would lose more than half of its digits at this condition.
bool needs_doubles(const SparseMatrix& users, double l2);

// B, with the precision that it needs. Throws a failed Error if the matrix is singular.
ItemToItem ease_weights(const SparseMatrix& users, const EaseSettings& settings, bool doubles,
                        ThreadPool& pool, const std::atomic<bool>& stop);

}  // namespace shortlist
