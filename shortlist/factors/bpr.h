// Matrix factorisation by Bayesian personalised ranking (Rendle et al. 2009): for a user u, an item i that u
// took and a random item j that u did not take, it minimises
//   -log sigmoid(x_u . y_i + b_i - x_u . y_j - b_j) + regularization (|x_u|² + |y_i|² + |y_j|² + b_i² + b_j²)
//   / 2
// by stochastic gradient descent.
#pragma once

#include <atomic>

#include "shortlist/factors/event_cells.h"
#include "shortlist/factors/factor_table.h"

namespace shortlist {

enum class NegativeItems { uniform, popular };

struct BprOptions {
  size_t factors = 64;
  int epochs = 50;
  double rate = 0.05, regularization = 0.01;
  NegativeItems negatives = NegativeItems::uniform;
  uint64_t seed = 42;
};

struct BprFactors {
  FactorTable users, items;
  std::vector<float> biases;  // of the items
};

class BprTraining {
 public:
  // Entries with values above 0 are what users took; the value scales the gradient. The entries and the pool
  // must outlive it.
  BprTraining(const SparseRows& entries, const BprOptions& options, ThreadPool& pool);

  // Visits every entry once, with one item j. Epochs are numbered from 0. Returns the share of the pairs of
  // items that were in the right order, or -1 if `stop` was set.
  double run_epoch(int epoch, const std::atomic<bool>& stop);

  BprFactors& factors() { return factors_; }

 private:
  const SparseRows entries_;
  const BprOptions options_;
  EventCells cells_;
  BprFactors factors_;
};

// The vector of a user who took these items: stochastic gradient descent from zero with fixed items.
// parts[h] is what the history's item h contributes: the vector is the sum of the parts. Items that the user
// took are not drawn as negatives. `history` is ascending and distinct.
struct BprFold {
  std::vector<float> vector;              // [stride]
  std::vector<std::vector<float>> parts;  // [history][stride]; empty unless asked for
};
BprFold fold_in_bpr(const FactorTable& items, std::span<const float> biases,
                    std::span<const uint32_t> history, const BprOptions& options, bool with_parts);

}  // namespace shortlist
