#include "shortlist/factors/ials.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "shortlist/testing/sparse_tables.h"

namespace shortlist {
namespace {

using Dense = std::vector<std::vector<double>>;

Dense dense(const FactorTable& table) {
  Dense rows(table.rows());
  for (size_t r = 0; r < table.rows(); ++r) rows[r].assign(table.row(r), table.row(r) + table.factors());
  return rows;
}

// Gaussian elimination with pivots.
std::vector<double> solve_plainly(Dense a, std::vector<double> b) {
  const size_t n = b.size();
  for (size_t k = 0; k < n; ++k) {
    size_t pivot = k;
    for (size_t r = k; r < n; ++r)
      if (std::abs(a[r][k]) > std::abs(a[pivot][k])) pivot = r;
    std::swap(a[k], a[pivot]), std::swap(b[k], b[pivot]);
    for (size_t r = 0; r < n; ++r) {
      if (r == k) continue;
      const double factor = a[r][k] / a[k][k];
      for (size_t c = k; c < n; ++c) a[r][c] -= factor * a[k][c];
      b[r] -= factor * b[k];
    }
  }
  for (size_t k = 0; k < n; ++k) b[k] /= a[k][k];
  return b;
}

// The slow twin: the confidence of every pair, one dense system per row.
Dense solve_side(const SparseRows& entries, const Dense& fixed, const IalsOptions& options) {
  const size_t factors = options.factors;
  Dense solved;
  for (size_t r = 0; r < entries.rows; ++r) {
    std::vector<double> confidence(fixed.size(), 1), target(fixed.size(), 0);
    for (size_t e = 0; e < entries.size_of(r); ++e) {
      confidence[entries.columns_of(r)[e]] += options.alpha * double{entries.values_of(r)[e]};
      target[entries.columns_of(r)[e]] = 1;
    }
    double sum = 0;
    for (double c : confidence) sum += c;
    Dense a(factors, std::vector<double>(factors));
    std::vector<double> b(factors);
    for (size_t j = 0; j < fixed.size(); ++j) {
      for (size_t k = 0; k < factors; ++k) {
        b[k] += confidence[j] * target[j] * fixed[j][k];
        for (size_t l = 0; l < factors; ++l) a[k][l] += confidence[j] * fixed[j][k] * fixed[j][l];
      }
    }
    for (size_t k = 0; k < factors; ++k) a[k][k] += options.regularization * std::pow(sum, options.nu);
    solved.push_back(solve_plainly(a, b));
  }
  return solved;
}

double loss_of(const SparseRows& entries, const Dense& users, const Dense& items,
               const IalsOptions& options) {
  double loss = 0;
  std::vector<double> of_items(items.size(), static_cast<double>(users.size()));
  const auto square = [](const std::vector<double>& x) {
    double sum = 0;
    for (double each : x) sum += each * each;
    return sum;
  };
  for (size_t u = 0; u < users.size(); ++u) {
    double of_user = static_cast<double>(items.size());
    std::vector<double> confidence(items.size(), 1), target(items.size(), 0);
    for (size_t e = 0; e < entries.size_of(u); ++e) {
      const uint32_t item = entries.columns_of(u)[e];
      const double more = options.alpha * double{entries.values_of(u)[e]};
      confidence[item] += more, target[item] = 1, of_user += more, of_items[item] += more;
    }
    for (size_t i = 0; i < items.size(); ++i) {
      double score = 0;
      for (size_t k = 0; k < options.factors; ++k) score += users[u][k] * items[i][k];
      loss += confidence[i] * (target[i] - score) * (target[i] - score);
    }
    loss += options.regularization * std::pow(of_user, options.nu) * square(users[u]);
  }
  for (size_t i = 0; i < items.size(); ++i)
    loss += options.regularization * std::pow(of_items[i], options.nu) * square(items[i]);
  return loss / static_cast<double>(entries.entries());
}

void expect_near(const FactorTable& fast, const Dense& slow, double tolerance) {
  for (size_t r = 0; r < slow.size(); ++r) {
    for (size_t k = 0; k < slow[r].size(); ++k) EXPECT_NEAR(fast.row(r)[k], slow[r][k], tolerance) << r;
  }
}

const std::atomic<bool> kGoOn = false;

// Two items with the vectors 1 and 2. A user took the first: (2 * 1² + 1 * 2² + 2) x = 2 * 1.
TEST(Ials, MatchesTheWorkedExample) {
  FactorTable items(2, 1);
  items.row(0)[0] = 1, items.row(1)[0] = 2;
  ThreadPool pool(1);
  const Buffer gram = gram_matrix(items, pool);
  EXPECT_EQ(gram.data()[0], 5);
  const IalsOptions options{.factors = 1, .alpha = 1, .regularization = 2, .nu = 0};
  IalsRow row(options, 2);
  const std::vector<uint32_t> taken = {0};
  const std::vector<float> weights = {1};
  const RowSystem system = row.system(taken, weights);
  EXPECT_EQ(row.confidence(), 2);
  RowSolver solver(items, gram.view(items.stride(), items.stride()));
  std::vector<float> x(items.stride()), by_steps(items.stride()), share(items.stride());
  EXPECT_FLOAT_EQ(static_cast<float>(solver.solve(system, x.data())), 0.5f);  // b x
  EXPECT_FLOAT_EQ(x[0], 0.25f);
  solver.solve_again(items.row(0), share.data());
  EXPECT_FLOAT_EQ(2 * share[0], x[0]);  // the whole vector comes from the one item
  solver.refine(system, 1, by_steps.data());
  EXPECT_FLOAT_EQ(by_steps[0], 0.25f);
}

TEST(Ials, AgreesWithDenseEquationsAtOddSizes) {
  ThreadPool pool(2);
  for (size_t factors : {1, 5, 16, 19}) {
    const SparseMatrix table = random_table(33, 21, 0.3);
    const IalsOptions options{
        .factors = factors, .alpha = 3, .regularization = 0.1, .nu = 0.5, .solver = AlsSolver::cholesky};
    IalsTraining training(table.view(), options, pool);
    Dense items = dense(training.factors().items);
    for (int epoch = 0; epoch < 2; ++epoch) {
      const Dense users = solve_side(table.view(), items, options);
      items = solve_side(transpose(table.view()).view(), users, options);
      const double loss = training.run_epoch(kGoOn);
      EXPECT_NEAR(loss, loss_of(table.view(), users, items, options), 1e-3 * loss);
      expect_near(training.factors().users, users, 2e-3);
      expect_near(training.factors().items, items, 2e-3);
    }
  }
}

TEST(Ials, ConvergesToTheSameByConjugateGradients) {
  ThreadPool pool(1);
  const SparseMatrix table = random_table(60, 40, 0.2);
  IalsOptions options{.factors = 8, .alpha = 5, .regularization = 0.01};
  double losses[2];
  for (AlsSolver solver : {AlsSolver::cholesky, AlsSolver::cg}) {
    options.solver = solver;
    IalsTraining training(table.view(), options, pool);
    double before = 1e30;
    for (int epoch = 0; epoch < 200; ++epoch) {
      const double loss = training.run_epoch(kGoOn);
      EXPECT_LE(loss, before * (1 + 1e-5));
      losses[static_cast<int>(solver)] = before = loss;
    }
    EXPECT_NEAR(
        before,
        loss_of(table.view(), dense(training.factors().users), dense(training.factors().items), options),
        1e-3 * before);
  }
  EXPECT_NEAR(losses[0], losses[1], 0.02 * losses[1]);
}

TEST(Ials, HasTheSameBitsForAnyNumberOfThreads) {
  const SparseMatrix table = random_table(150, 90, 0.2);
  for (AlsSolver solver : {AlsSolver::cg, AlsSolver::cholesky}) {
    std::vector<std::vector<float>> results;
    for (int threads : {1, 2, 5}) {
      ThreadPool pool(threads);
      IalsTraining training(table.view(), {.factors = 20, .solver = solver}, pool);
      for (int epoch = 0; epoch < 3; ++epoch) training.run_epoch(kGoOn);
      const FactorTable& items = training.factors().items;
      results.emplace_back(items.row(0), items.row(0) + items.rows() * items.stride());
    }
    for (const auto& other : results)
      EXPECT_EQ(std::memcmp(other.data(), results[0].data(), other.size() * sizeof(float)), 0);
  }
}

// More entries than the conjugate gradient method gathers.
TEST(Ials, SolvesForItemsOfVeryManyUsers) {
  ThreadPool pool(2);
  const SparseMatrix table = random_table(20'000, 3, 0.9);
  IalsOptions options{.factors = 4, .cg_steps = 4};
  IalsTraining by_cg(table.view(), options, pool);
  options.solver = AlsSolver::cholesky;
  IalsTraining by_cholesky(table.view(), options, pool);
  const double loss = by_cg.run_epoch(kGoOn);
  EXPECT_NEAR(loss, by_cholesky.run_epoch(kGoOn), 1e-3 * loss);
}

TEST(Ials, TakesOneUserOneItemZeroWeightsAndNoRegularization) {
  ThreadPool pool(1);
  for (AlsSolver solver : {AlsSolver::cg, AlsSolver::cholesky}) {
    for (float weight : {0.0f, 1.0f}) {
      const SparseMatrix one{.cols = 1, .offsets = {0, 1}, .columns = {0}, .values = {weight}};
      IalsTraining training(one.view(), {.factors = 7, .regularization = 0, .solver = solver}, pool);
      for (int epoch = 0; epoch < 5; ++epoch) EXPECT_TRUE(std::isfinite(training.run_epoch(kGoOn)));
      const IalsFactors& factors = training.factors();
      float score = 0;
      for (size_t k = 0; k < 7; ++k) score += factors.users.row(0)[k] * factors.items.row(0)[k];
      EXPECT_NEAR(score, weight, 0.05);
    }
  }
}

TEST(Ials, EndsWhenItIsStopped) {
  ThreadPool pool(1);
  const SparseMatrix table = random_table(10, 10, 0.5);
  IalsTraining training(table.view(), {.factors = 4}, pool);
  const std::atomic<bool> stop = true;
  EXPECT_EQ(training.run_epoch(stop), -1);
}

}  // namespace
}  // namespace shortlist
