#include "shortlist/learners/item_knn.h"

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

SparseMatrix similar(const SparseMatrix& users, const ItemKnnSettings& settings, int threads = 1) {
  ThreadPool pool(threads);
  return similar_items(users, settings, pool, kGoOn);
}

// Items 0 and 1 have two users in common, of two and three. Item 3 has none.
TEST(ItemKnn, MatchesTheWorkedExample) {
  const SparseMatrix users = user_rows(4, {{0, 1}, {0, 1, 2}, {1}});
  const SparseMatrix cosine = similar(users, {});
  EXPECT_FLOAT_EQ(cosine.at(0, 1), static_cast<float>(2 / std::sqrt(6.0)));
  EXPECT_FLOAT_EQ(cosine.at(1, 0), static_cast<float>(2 / std::sqrt(6.0)));
  EXPECT_FLOAT_EQ(cosine.at(1, 2), static_cast<float>(1 / std::sqrt(3.0)));
  EXPECT_EQ(cosine.at(0, 0), 0);
  EXPECT_TRUE(cosine.columns_of(3).empty());
  EXPECT_FLOAT_EQ(similar(users, {.shrink = 1}).at(0, 1), static_cast<float>(2 / (std::sqrt(6.0) + 1)));
  EXPECT_FLOAT_EQ(similar(users, {.similarity = ItemSimilarity::jaccard}).at(0, 1), 2 / 3.0f);
  const SparseMatrix one = similar(users, {.neighbours = 1});
  EXPECT_EQ(one.columns, (std::vector<uint32_t>{1, 0, 0}));
}

// The value of a user with an item before the columns are compared.
double weight(const std::vector<std::vector<double>>& x, size_t u, size_t i,
              const ItemKnnSettings& settings) {
  const double items = static_cast<double>(x[0].size());
  double of_user = 0, of_item = 0, all = 0;
  for (size_t j = 0; j < x[0].size(); ++j) of_user += x[u][j] > 0 ? 1 : 0;
  for (const auto& row : x) of_item += row[i];
  for (const auto& row : x)
    for (double value : row) all += value;
  const double idf = std::log(items) - std::log(1 + of_user);
  switch (settings.similarity) {
    case ItemSimilarity::cosine:
      return x[u][i];
    case ItemSimilarity::jaccard:
      return x[u][i] > 0 ? 1 : 0;
    case ItemSimilarity::tfidf:
      return std::sqrt(x[u][i]) * idf;
    case ItemSimilarity::bm25:
      break;
  }
  const double length = 1 - settings.b + settings.b * of_item / (all / items);
  return x[u][i] * (settings.k1 + 1) / (settings.k1 * length + x[u][i]) * idf;
}

double slow_similarity(const std::vector<std::vector<double>>& x, size_t i, size_t j,
                       const ItemKnnSettings& settings) {
  double product = 0, left = 0, right = 0;
  for (size_t u = 0; u < x.size(); ++u) {
    const double a = weight(x, u, i, settings), b = weight(x, u, j, settings);
    product += a * b, left += a * a, right += b * b;
  }
  if (product <= 0) return 0;
  if (settings.similarity == ItemSimilarity::bm25) return product;
  if (settings.similarity == ItemSimilarity::jaccard)
    return product / (left + right - product + settings.shrink);
  return product / (std::sqrt(left * right) + settings.shrink);
}

TEST(ItemKnn, AgreesWithTheSlowTwin) {
  const SparseMatrix users = random_users(40, 23, 1, true);
  const auto x = dense(users);
  for (const auto& [similarity, name] : EnumNames<ItemSimilarity>::names) {
    for (double shrink : {0.0, 2.5}) {
      const ItemKnnSettings settings{.similarity = similarity, .neighbours = 1000, .shrink = shrink};
      const SparseMatrix found = similar(users, settings);
      for (size_t i = 0; i < 23; ++i)
        for (size_t j = 0; j < 23; ++j)
          EXPECT_NEAR(found.at(i, static_cast<int32_t>(j)), i == j ? 0 : slow_similarity(x, i, j, settings),
                      1e-5)
              << name << ' ' << i << ' ' << j;
    }
  }
}

TEST(ItemKnn, KeepsTheMostSimilar) {
  const SparseMatrix users = random_users(60, 31, 2);
  const SparseMatrix all = similar(users, {.neighbours = 1000}), five = similar(users, {.neighbours = 5});
  for (size_t i = 0; i < 31; ++i) {
    std::vector<std::pair<float, int32_t>> order;
    for (size_t e = 0; e < all.columns_of(i).size(); ++e)
      order.emplace_back(-all.values_of(i)[e], all.columns_of(i)[e]);
    std::ranges::sort(order);
    order.resize(std::min<size_t>(order.size(), 5));
    std::vector<uint32_t> expected;
    for (const auto& [value, item] : order) expected.push_back(item);
    std::ranges::sort(expected);
    EXPECT_TRUE(std::ranges::equal(five.columns_of(i), expected)) << i;
  }
}

// Few common users: each item is only compared with those that share one. The same users compared in pairs
// give the same bits.
TEST(ItemKnn, BothWaysOfComparingGiveTheSameBits) {
  SparseMatrix few = random_users(50, 20, 5, true);
  SparseMatrix wide = few;
  wide.cols = 20000;  // items that nobody takes
  const SparseMatrix a = similar(few, {.similarity = ItemSimilarity::jaccard, .neighbours = 4});
  const SparseMatrix b = similar(wide, {.similarity = ItemSimilarity::jaccard, .neighbours = 4});
  EXPECT_EQ(a.columns, b.columns);
  EXPECT_EQ(a.values, b.values);
}

TEST(ItemKnn, HasTheSameBitsForAnyNumberOfThreads) {
  const SparseMatrix users = random_users(300, 200, 6);
  const SparseMatrix one = similar(users, {.similarity = ItemSimilarity::tfidf, .neighbours = 10}, 1);
  for (int threads : {2, 3})
    EXPECT_TRUE(testing::same_bits(
        one, similar(users, {.similarity = ItemSimilarity::tfidf, .neighbours = 10}, threads)));
}

TEST(ItemKnn, OneItemHasNoNeighbours) { EXPECT_TRUE(similar(user_rows(1, {{0}, {0}}), {}).columns.empty()); }

}  // namespace
}  // namespace shortlist
