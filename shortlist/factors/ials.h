// Implicit alternating least squares (Hu, Koren, Volinsky 2008) with the regularisation of "Revisiting the
// Performance of iALS" (Rendle et al. 2021).
//
// With the confidence c = 1 + alpha w for an entry of weight w and c = 1 for every other pair of a user and
// an item, it minimises
//   sum over all pairs of c (t - x_u . y_i)² + sum over users of r_u |x_u|² + sum over items of r_i |y_i|²,
// where t is 1 for entries, else 0, and r = regularization (sum of the confidences of the row)^nu.
#pragma once

#include <atomic>
#include <functional>

#include "shortlist/base/threads.h"
#include "shortlist/factors/factor_table.h"
#include "shortlist/factors/row_solver.h"
#include "shortlist/math/sparse_matrix.h"
#include "shortlist/ranks/communicator.h"

namespace shortlist {

enum class AlsSolver { cg, cholesky };

struct IalsOptions {
  size_t factors = 64;
  int epochs = 16;
  double alpha = 5, regularization = 1, nu = 0.5;
  AlsSolver solver = AlsSolver::cg;
  int cg_steps = 3;
  uint64_t seed = 42;
};

// The factors after some epochs. Users' vectors belong to the items' vectors of the epoch before.
struct IalsFactors {
  FactorTable users, items;
};

class IalsTraining {
 public:
  // Entries have weights of at least 0. The entries, the pool and the ranks must outlive it. With `ranks`,
  // each of them solves for some users and items, and all have the same factors after each half of an epoch;
  // `stop` must then stay false.
  IalsTraining(const SparseRows& entries, const IalsOptions& options, ThreadPool& pool,
               Communicator* ranks = nullptr);

  // Solves for all users, then for all items. Returns the loss per entry, or -1 if `stop` was set, after
  // which the factors are of no use. Throws Error(failed) if they are not finite.
  double run_epoch(const std::atomic<bool>& stop);

  IalsFactors& factors() { return factors_; }
  // The users' vectors that belong to the items' vectors, exactly solved.
  FactorTable solve_users();

 private:
  double solve(const SparseRows& entries, const FactorTable& fixed, AlsSolver solver, FactorTable& solved,
               const std::atomic<bool>& stop);

  const SparseRows by_user_;
  const SparseMatrix by_item_;
  const IalsOptions options_;
  ThreadPool& pool_;
  Communicator* const ranks_;
  IalsFactors factors_;
};

// A row of the users' or items' equations.
class IalsRow {
 public:
  // `others`: the number of vectors on the other side.
  IalsRow(const IalsOptions& options, size_t others)
      : options_(options), others_(static_cast<double>(others)) {}

  // The system has views of this object. Entries with weight 0 count as any other pair.
  RowSystem system(std::span<const uint32_t> columns, std::span<const float> weights);
  // The sum of the entries' confidences, for the loss.
  double confidence() const { return confidence_; }

 private:
  const IalsOptions& options_;
  double others_;
  double confidence_ = 0;
  std::vector<float> weights_, targets_;
};

}  // namespace shortlist
