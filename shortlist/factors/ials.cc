#include "shortlist/factors/ials.h"

#include <algorithm>
#include <cmath>

#include "shortlist/factors/factor_kernels.h"

namespace shortlist {
namespace {

constexpr size_t kRowsATask = 32;

double regularization_of(const IalsOptions& options, double confidence) {
  return options.regularization * (options.nu == 0 ? 1 : std::pow(confidence, options.nu));
}

}  // namespace

RowSystem IalsRow::system(std::span<const uint32_t> columns, std::span<const float> weights) {
  const auto alpha = static_cast<float>(options_.alpha);
  weights_.clear(), targets_.clear();
  double entries = 0, more = 0;
  for (const float weight : weights) {
    const float confidence = alpha * weight;
    weights_.push_back(confidence);
    targets_.push_back(weight > 0 ? 1 + confidence : 0);
    more += double{confidence};
    entries += weight > 0;
  }
  confidence_ = entries + more;
  return {columns, weights_, targets_, static_cast<float>(regularization_of(options_, others_ + more))};
}

IalsTraining::IalsTraining(const SparseRows& entries, const IalsOptions& options, ThreadPool& pool)
    : by_user_(entries),
      by_item_(transpose(entries)),
      options_(options),
      pool_(pool),
      factors_{FactorTable(entries.rows, options.factors), FactorTable(entries.cols, options.factors)} {
  const double deviation = 0.1 / std::sqrt(static_cast<double>(options.factors));
  factors_.users.randomize(RandomStream(options.seed, "ials.users"), deviation);
  factors_.items.randomize(RandomStream(options.seed, "ials.items"), deviation);
}

double IalsTraining::solve(const SparseRows& entries, const FactorTable& fixed, AlsSolver by,
                           FactorTable& solved, const std::atomic<bool>& stop) {
  const Buffer gram = gram_matrix(fixed, pool_);
  const ConstMatrix shared = gram.view(fixed.stride(), fixed.stride());
  std::vector<RowSolver> solvers;
  std::vector<IalsRow> rows;
  for (int t = 0; t < pool_.threads(); ++t) {
    solvers.emplace_back(fixed, shared);
    rows.emplace_back(options_, fixed.rows());
  }
  std::vector<double> losses(entries.rows);
  pool_.run(chunk_count(entries.rows, kRowsATask), [&](size_t task, int worker) {
    const RowRange range = chunk_rows(entries.rows, kRowsATask, task);
    for (size_t r = range.begin; r < range.end && !stop; ++r) {
      float* const x = solved.row(r);
      if (entries.size_of(r) == 0) {
        std::fill_n(x, solved.stride(), 0.0f);
        continue;
      }
      IalsRow& row = rows[static_cast<size_t>(worker)];
      RowSolver& solver = solvers[static_cast<size_t>(worker)];
      const RowSystem system = row.system(entries.columns_of(r), entries.values_of(r));
      const double fitted =
          by == AlsSolver::cg ? solver.refine(system, options_.cg_steps, x) : solver.solve(system, x);
      losses[r] = row.confidence() - fitted;
    }
  });
  double loss = 0;
  for (const double each : losses) loss += each;
  return loss;
}

FactorTable IalsTraining::solve_users() {
  FactorTable users(by_user_.rows, options_.factors);
  const std::atomic<bool> go_on = false;
  solve(by_user_, factors_.items, AlsSolver::cholesky, users, go_on);
  return users;
}

double IalsTraining::run_epoch(const std::atomic<bool>& stop) {
  solve(by_user_, factors_.items, options_.solver, factors_.users, stop);
  double loss = solve(by_item_.view(), factors_.users, options_.solver, factors_.items, stop);
  if (stop) return -1;
  IalsRow row(options_, factors_.items.rows());
  for (size_t u = 0; u < by_user_.rows; ++u) {
    const float* const x = factors_.users.row(u);
    const double square = dot_factors(x, x, factors_.users.stride());
    loss += double{row.system(by_user_.columns_of(u), by_user_.values_of(u)).regularization} * square;
  }
  return loss / std::max<double>(1, static_cast<double>(by_user_.entries()));
}

}  // namespace shortlist
