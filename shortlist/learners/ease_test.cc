#include "shortlist/learners/ease.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "shortlist/learners/gram.h"
#include "shortlist/testing/sparse_matrices.h"

namespace shortlist {
namespace {

using testing::dense;
using testing::random_users;
using testing::user_rows;

const std::atomic<bool> kGoOn = false;

ItemToItem learn(const SparseMatrix& users, const EaseSettings& settings, bool doubles = false,
                 int threads = 1) {
  ThreadPool pool(threads);
  return ease_weights(users, settings, doubles, pool, kGoOn);
}

// Xᵀ X + 1 I = [[3, 1], [1, 2]], whose inverse is [[2, -1], [-1, 3]] / 5.
TEST(Ease, MatchesTheWorkedExample) {
  const ItemToItem weights = learn(user_rows(2, {{0, 1}, {0}}), {.l2 = 1});
  EXPECT_FLOAT_EQ(weights.at(0, 1), 1 / 3.0f);
  EXPECT_FLOAT_EQ(weights.at(1, 0), 1 / 2.0f);
  EXPECT_EQ(weights.at(0, 0), 0);
  EXPECT_EQ(weights.at(1, 1), 0);
}

// The weights to item j are the ridge regression of its column on the others: a linear system of its own.
std::vector<double> slow_weights_to(const std::vector<std::vector<double>>& x, size_t j, double l2) {
  const size_t n = x[0].size();
  std::vector<std::vector<double>> a(n, std::vector<double>(n + 1));
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k)
      for (const auto& row : x) a[i][k] += row[i] * row[k];
    a[i][n] = a[i][j];
    a[i][i] += l2;
  }
  for (size_t i = 0; i < n; ++i) a[i][j] = i == j ? 1 : 0, a[j][i] = i == j ? 1 : 0;
  a[j][n] = 0;
  for (size_t p = 0; p < n; ++p) {
    for (size_t i = 0; i < n; ++i) {
      if (i == p) continue;
      const double factor = a[i][p] / a[p][p];
      for (size_t k = 0; k <= n; ++k) a[i][k] -= factor * a[p][k];
    }
  }
  std::vector<double> weights;
  for (size_t i = 0; i < n; ++i) weights.push_back(a[i][n] / a[i][i]);
  return weights;
}

TEST(Ease, IsTheRidgeRegressionOfEachItemOnTheOthers) {
  const SparseMatrix users = random_users(60, 19, 1, true);
  for (bool doubles : {false, true}) {
    const ItemToItem weights = learn(users, {.l2 = 3}, doubles);
    for (size_t j = 0; j < 19; ++j) {
      const std::vector<double> expected = slow_weights_to(dense(users), j, 3);
      for (uint32_t i = 0; i < 19; ++i)
        EXPECT_NEAR(weights.at(i, static_cast<uint32_t>(j)), expected[i], 2e-5) << i << ' ' << j;
    }
  }
}

TEST(Ease, KeepsTheLargestWeightsOfEachItem) {
  const SparseMatrix users = random_users(60, 19, 2);
  const ItemToItem all = learn(users, {.l2 = 5}), three = learn(users, {.l2 = 5, .keep = 3});
  EXPECT_FALSE(three.is_dense());
  for (uint32_t i = 0; i < 19; ++i) {
    ASSERT_EQ(three.sparse.columns_of(i).size(), 3u);
    float least = INFINITY;
    for (float value : three.sparse.values_of(i)) least = std::min(least, std::abs(value));
    for (uint32_t j = 0; j < 19; ++j) {
      const float kept = three.at(i, j);
      if (kept != 0) {
        EXPECT_EQ(kept, all.at(i, j));
      } else {
        EXPECT_LE(std::abs(all.at(i, j)), least);
      }
    }
  }
}

TEST(Ease, UsesDoublesWhereTheConditionNeedsThem) {
  const SparseMatrix users = random_users(400, 30, 3);
  EXPECT_FALSE(needs_doubles(users, 100));
  EXPECT_TRUE(needs_doubles(users, 0.001));
}

// At the worst condition for which float32 is used.
TEST(Ease, FloatsAreCloseToDoublesWhereTheyAreUsed) {
  const SparseMatrix users = random_users(3000, 300, 5);
  const double l2 = largest_row_sum(users) / 9e4;
  ASSERT_FALSE(needs_doubles(users, l2));
  const ItemToItem floats = learn(users, {.l2 = l2}), doubles = learn(users, {.l2 = l2}, true);
  double worst = 0, largest = 0;
  for (size_t e = 0; e < floats.dense.size(); ++e) {
    worst = std::max(worst, std::abs(double{floats.dense[e]} - doubles.dense[e]));
    largest = std::max(largest, std::abs(double{doubles.dense[e]}));
  }
  EXPECT_LT(worst, 1e-5 * largest);
}

TEST(Ease, HasTheSameBitsForAnyNumberOfThreads) {
  const SparseMatrix users = random_users(300, 400, 4);
  const ItemToItem one = learn(users, {.l2 = 10});
  for (int threads : {2, 3}) {
    const ItemToItem other = learn(users, {.l2 = 10}, false, threads);
    EXPECT_EQ(std::memcmp(other.dense.data(), one.dense.data(), one.dense.size_bytes()), 0);
  }
}

// Equal columns, and a penalty that is lost in the precision.
TEST(Ease, SaysThatAMatrixIsSingular) {
  const SparseMatrix users = user_rows(2, {{0, 1}, {0, 1}});
  try {
    learn(users, {.l2 = 1e-30}, true);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "\"ease\" cannot invert the items' matrix: it is singular at l2 = 1e-30; use a larger l2");
  }
}

}  // namespace
}  // namespace shortlist
