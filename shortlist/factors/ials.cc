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

// A row costs about as much as this number of entries, and then its entries.
constexpr uint64_t kRowCost = 64;

// The rows that a rank solves: consecutive ones, and about the same work for each rank.
RowRange rows_of_rank(const SparseRows& entries, int rank, int ranks) {
  const auto cost = [&](size_t row) { return entries.offsets[row] - entries.offsets[0] + kRowCost * row; };
  const auto begin = [&](int r) {
    const uint64_t goal = cost(entries.rows) * static_cast<uint64_t>(r) / static_cast<uint64_t>(ranks);
    size_t low = 0, high = entries.rows;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      cost(middle) < goal ? low = middle + 1 : high = middle;
    }
    return low;
  };
  return {begin(rank), begin(rank + 1)};
}

// Every rank gets the rows that the others solved.
void share_rows(Communicator& ranks, const SparseRows& entries, FactorTable& solved,
                std::vector<double>& losses) {
  std::vector<std::span<std::byte>> factors, numbers;
  for (int r = 0; r < ranks.size(); ++r) {
    const RowRange rows = rows_of_rank(entries, r, ranks.size());
    factors.push_back(std::as_writable_bytes(
        solved.all().subspan(rows.begin * solved.stride(), rows.size() * solved.stride())));
    numbers.push_back(std::as_writable_bytes(std::span(losses).subspan(rows.begin, rows.size())));
  }
  const auto own = static_cast<size_t>(ranks.rank());
  const ByteVector own_factors(factors[own].begin(), factors[own].end()),
      own_numbers(numbers[own].begin(), numbers[own].end());
  ranks.all_gather(own_factors, factors);
  ranks.all_gather(own_numbers, numbers);
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

IalsTraining::IalsTraining(const SparseRows& entries, const IalsOptions& options, ThreadPool& pool,
                           Communicator* ranks)
    : by_user_(entries),
      by_item_(transpose(entries)),
      options_(options),
      pool_(pool),
      ranks_(ranks != nullptr && ranks->size() > 1 ? ranks : nullptr),
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
  const RowRange own =
      ranks_ != nullptr ? rows_of_rank(entries, ranks_->rank(), ranks_->size()) : RowRange{0, entries.rows};
  pool_.run(chunk_count(own.size(), kRowsATask), [&](size_t task, int worker) {
    const RowRange range = chunk_rows(own.size(), kRowsATask, task);
    for (size_t r = own.begin + range.begin; r < own.begin + range.end && !stop; ++r) {
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
  if (ranks_ != nullptr) share_rows(*ranks_, entries, solved, losses);
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
