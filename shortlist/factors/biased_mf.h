// Matrix factorisation of ratings with biases: r_ui = mean + b_u + b_i + x_u . q_i, where x_u = p_u (SVD), or
// x_u = p_u + |N(u)|^-1/2 sum over the items j of the user's history of z_j (SVD++; Koren 2008, eq. 15). It
// minimises the squared errors, with regularization |.|² / 2 of each parameter of a rating, by stochastic
// gradient descent, as Surprise does.
#pragma once

#include <atomic>
#include <optional>

#include "shortlist/factors/event_cells.h"
#include "shortlist/factors/factor_table.h"

namespace shortlist {

struct BiasedMfOptions {
  size_t factors = 100;
  int epochs = 20;
  double rate = 0.005, regularization = 0.02;
  double deviation = 0.1;  // of the initial factors
  bool implicit = false;   // SVD++
  uint64_t seed = 42;
};

struct BiasedMfFactors {
  double mean = 0;
  std::vector<float> user_biases, item_biases;
  FactorTable users, items;  // x_u and q_i
  FactorTable implicit;      // z_j; empty without SVD++
};

// `users` are complete.
double predict_rating(const BiasedMfFactors& factors, const FactorTable& users, size_t user, size_t item);

class BiasedMfTraining {
 public:
  // The values are ratings. The entries and the pool must outlive it.
  BiasedMfTraining(const SparseRows& ratings, const BiasedMfOptions& options, ThreadPool& pool);

  // Visits every rating once. Epochs are numbered from 0. Returns the root of the mean squared error, each
  // before its step, or -1 if `stop` was set. SVD++ goes from user to user on one thread, because a rating
  // changes the vectors of all items of its user. Throws Error(failed) if the error is not finite.
  double run_epoch(int epoch, const std::atomic<bool>& stop);

  // With SVD++, users has p_u; complete_users() computes x_u.
  BiasedMfFactors& factors() { return factors_; }
  const BiasedMfFactors& factors() const { return factors_; }
  FactorTable complete_users() const;

 private:
  double run_cells(const RandomStream& draws, const std::atomic<bool>& stop);
  double run_users(const RandomStream& draws, const std::atomic<bool>& stop);
  double run_user(uint32_t user, const RandomStream& draws);
  float error_of(uint32_t user, uint32_t item, float rating, const float* x) const;
  void step_biases(uint32_t user, uint32_t item, float error);

  const SparseRows ratings_;
  const BiasedMfOptions options_;
  std::optional<EventCells> cells_;  // SVD only
  BiasedMfFactors factors_;
  Buffer x_, gradient_;  // SVD++: x_u, and what a user's ratings add to each z_j
};

}  // namespace shortlist
