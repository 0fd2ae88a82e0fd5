#include "shortlist/learners/slim.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "shortlist/testing/sparse_matrices.h"

namespace shortlist {
namespace {

using testing::dense;
using testing::random_users;
using testing::user_rows;

const std::atomic<bool> kGoOn = false;

SparseMatrix learn(const SparseMatrix& users, const SlimSettings& settings, int threads = 1) {
  ThreadPool pool(threads);
  return slim_weights(users, settings, pool, kGoOn);
}

// Item 1 has three users, two of whom have item 0: (2 - l1) / (2 + l2) and (2 - l1) / (3 + l2).
TEST(Slim, MatchesTheWorkedExample) {
  const SparseMatrix users = user_rows(2, {{0, 1}, {0, 1}, {1}});
  const SparseMatrix weights = learn(users, {.l1 = 0.5, .l2 = 1});
  EXPECT_FLOAT_EQ(weights.at(0, 1), 1.5f / 3);
  EXPECT_FLOAT_EQ(weights.at(1, 0), 1.5f / 4);
  EXPECT_TRUE(learn(users, {.l1 = 2, .l2 = 1}).columns.empty());
}

// The optimality conditions of the elastic net: the derivative is 0 for a weight above 0 and not negative for
// a weight of 0.
TEST(Slim, WeightsAreOptimal) {
  const SparseMatrix users = random_users(80, 21, 1, true);
  const auto x = dense(users);
  const SlimSettings settings{.l1 = 2, .l2 = 3, .sweeps = 10000, .tolerance = 1e-7};
  const SparseMatrix weights = learn(users, settings);
  size_t positive = 0, zero = 0;
  for (size_t j = 0; j < 21; ++j) {
    for (size_t i = 0; i < 21; ++i) {
      if (i == j) continue;
      const double own = weights.at(i, static_cast<int32_t>(j));
      double slope = settings.l1 + settings.l2 * own;
      for (const auto& row : x) {
        double predicted = 0;
        for (size_t k = 0; k < 21; ++k)
          predicted += k == j ? 0 : row[k] * weights.at(k, static_cast<int32_t>(j));
        slope -= row[i] * (row[j] - predicted);
      }
      if (own > 0) {
        EXPECT_NEAR(slope, 0, 2e-3) << i << ' ' << j;
        ++positive;
      } else {
        EXPECT_GE(slope, -2e-3) << i << ' ' << j;
        ++zero;
      }
    }
    EXPECT_EQ(weights.at(j, static_cast<int32_t>(j)), 0);
  }
  EXPECT_GT(positive, 20u);
  EXPECT_GT(zero, 20u);
}

TEST(Slim, UsesOnlyTheCandidatesWithTheMostCommonUsers) {
  const SparseMatrix users = random_users(80, 21, 2);
  const SparseMatrix by_target = transpose(learn(users, {.candidates = 3}).view());
  for (size_t j = 0; j < 21; ++j) EXPECT_LE(by_target.columns_of(j).size(), 3u);
}

TEST(Slim, HasTheSameBitsForAnyNumberOfThreads) {
  const SparseMatrix users = random_users(200, 90, 3);
  const SparseMatrix one = learn(users, {});
  EXPECT_FALSE(one.columns.empty());
  for (int threads : {2, 3}) EXPECT_TRUE(testing::same_bits(one, learn(users, {}, threads)));
}

TEST(Slim, OneItemHasNoWeights) { EXPECT_TRUE(learn(user_rows(1, {{0}}), {}).columns.empty()); }

}  // namespace
}  // namespace shortlist
