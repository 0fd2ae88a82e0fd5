#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <set>

#include "shortlist/factors/biased_mf.h"
#include "shortlist/factors/bpr.h"
#include "shortlist/testing/sparse_tables.h"

namespace shortlist {
namespace {

const std::atomic<bool> kGoOn = false;

template <typename Table>
std::vector<float> floats_of(const Table& table) {
  return {table.row(0), table.row(0) + table.rows() * table.stride()};
}

TEST(EventCells, ContainEachEventOnceAndShareNothingAtATime) {
  ThreadPool pool(1);
  const SparseMatrix table = random_table(300, 500, 0.05);
  EventCells cells(table.view(), pool);
  ASSERT_EQ(cells.blocks(), 3u);
  cells.shuffle(RandomStream(1, "cells"));
  std::set<std::pair<uint32_t, uint32_t>> seen;
  std::vector<std::set<uint32_t>> users, items;
  cells.for_each([&](const EventCell& cell, int) {
    const std::set<uint32_t> allowed(cell.items.begin(), cell.items.end());
    users.emplace_back(), items.emplace_back();
    for (const FactorEvent& event : cell.events) {
      EXPECT_TRUE(seen.emplace(event.user, event.item).second);
      EXPECT_TRUE(allowed.contains(event.item));
      users.back().insert(event.user), items.back().insert(event.item);
    }
  });
  EXPECT_EQ(seen.size(), table.columns.size());
  ASSERT_EQ(users.size(), 9u);
  for (size_t c = 0; c < 9; ++c) {
    for (size_t other = c / 3 * 3; other < c; ++other) {
      for (uint32_t user : users[c]) EXPECT_FALSE(users[other].contains(user));
      for (uint32_t item : items[c]) EXPECT_FALSE(items[other].contains(item));
    }
  }
}

TEST(Bpr, MakesTheStepsOfItsFormula) {
  const float x[2] = {0.5f, -1}, yi[2] = {0.25f, 1}, yj[2] = {-0.5f, 0.75f};
  FactorTable table(3, 2);
  for (size_t k = 0; k < 2; ++k) table.row(0)[k] = x[k], table.row(1)[k] = yi[k], table.row(2)[k] = yj[k];
  float bi = 0.1f, bj = -0.2f;
  const BprStep step{.rate = 0.1f, .regularization = 0.5f, .width = table.stride()};
  // margin = 0.5 * 0.75 - 0.25 + 0.3
  EXPECT_TRUE(step(table.row(0), table.row(1), table.row(2), &bi, &bj, 2));
  const double slope = 2 / (1 + std::exp(0.425));
  for (size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(table.row(0)[k], x[k] + 0.1 * (slope * (yi[k] - yj[k]) - 0.5 * x[k]), 1e-6);
    EXPECT_NEAR(table.row(1)[k], yi[k] + 0.1 * (slope * x[k] - 0.5 * yi[k]), 1e-6);
    EXPECT_NEAR(table.row(2)[k], yj[k] + 0.1 * (-slope * x[k] - 0.5 * yj[k]), 1e-6);
  }
  EXPECT_NEAR(bi, 0.1 + 0.1 * (slope - 0.05), 1e-6);
  EXPECT_NEAR(bj, -0.2 + 0.1 * (-slope + 0.1), 1e-6);
}

TEST(Bpr, LearnsTheOrderOfTwoTastes) {
  ThreadPool pool(2);
  const SparseMatrix table = two_tastes(200, 40);
  BprTraining training(table.view(), {.factors = 4, .epochs = 30}, pool);
  double right = 0;
  for (int epoch = 0; epoch < 30; ++epoch) right = training.run_epoch(epoch, kGoOn);
  EXPECT_GT(right, 0.85);  // A third of the pairs are items of one taste.
  // A user of the first taste, folded in.
  const BprFactors& factors = training.factors();
  const std::vector<uint32_t> history = {2, 4, 8};
  const BprFold fold = fold_in_bpr(factors.items, factors.biases, history, {.factors = 4}, true);
  const auto score = [&](uint32_t item) {
    return dot_factors(fold.vector.data(), factors.items.row(item), factors.items.stride()) +
           factors.biases[item];
  };
  for (uint32_t item = 0; item < 40; item += 2) EXPECT_GT(score(item), score(item + 1));
  ASSERT_EQ(fold.parts.size(), 3u);
  for (size_t k = 0; k < 4; ++k)
    EXPECT_NEAR(fold.vector[k], fold.parts[0][k] + fold.parts[1][k] + fold.parts[2][k], 1e-5);
}

TEST(SgdFactors, HaveTheSameBitsForAnyNumberOfThreads) {
  const SparseMatrix table = random_table(300, 500, 0.05);
  std::vector<std::vector<float>> of_bpr, of_ratings, of_implicit;
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    BprTraining bpr(table.view(), {.factors = 20}, pool);
    BiasedMfTraining ratings(table.view(), {.factors = 20}, pool);
    BiasedMfTraining implicit(table.view(), {.factors = 20, .implicit = true}, pool);
    for (int epoch = 0; epoch < 2; ++epoch) {
      bpr.run_epoch(epoch, kGoOn);
      ratings.run_epoch(epoch, kGoOn);
      implicit.run_epoch(epoch, kGoOn);
    }
    of_bpr.push_back(floats_of(bpr.factors().items));
    of_ratings.push_back(floats_of(ratings.factors().users));
    of_implicit.push_back(floats_of(implicit.complete_users()));
  }
  for (const auto& results : {of_bpr, of_ratings, of_implicit}) {
    for (const auto& other : results)
      EXPECT_EQ(std::memcmp(other.data(), results[0].data(), other.size() * sizeof(float)), 0);
  }
}

// The slow twin updates every z_j of the user at every rating.
TEST(BiasedMf, SumsTheStepsOfSvdPlusPlusExactly) {
  ThreadPool pool(1);
  const SparseMatrix table = random_table(1, 9, 0.8);
  const BiasedMfOptions options{.factors = 3, .rate = 0.05, .regularization = 0.1, .implicit = true};
  BiasedMfTraining training(table.view(), options, pool);
  const BiasedMfFactors& before = training.factors();
  BiasedMfFactors plain{before.mean,         before.user_biases,  before.item_biases,
                        before.users.copy(), before.items.copy(), before.implicit.copy()};
  training.run_epoch(0, kGoOn);
  const auto items = table.view().columns_of(0);
  std::vector<uint32_t> order(items.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  RandomStream(options.seed, "biased_mf").at(0).at(1).shuffle(std::span(order));
  const double root = std::sqrt(static_cast<double>(items.size()));
  const float rate = 0.05f, reg = 0.1f;
  for (uint32_t at : order) {
    float x[3], *const p = plain.users.row(0), *const q = plain.items.row(items[at]);
    for (size_t k = 0; k < 3; ++k) {
      x[k] = p[k];
      for (uint32_t item : items) x[k] += static_cast<float>(plain.implicit.row(item)[k] / root);
    }
    float error = table.values[at] - static_cast<float>(plain.mean) - plain.user_biases[0] -
                  plain.item_biases[items[at]];
    for (size_t k = 0; k < 3; ++k) error -= x[k] * q[k];
    plain.user_biases[0] += rate * (error - reg * plain.user_biases[0]);
    plain.item_biases[items[at]] += rate * (error - reg * plain.item_biases[items[at]]);
    for (size_t k = 0; k < 3; ++k) {
      for (uint32_t item : items) {
        float& z = plain.implicit.row(item)[k];
        z += rate * (static_cast<float>(error * q[k] / root) - reg * z);
      }
      p[k] += rate * (error * q[k] - reg * p[k]);
      q[k] += rate * (error * x[k] - reg * q[k]);
    }
  }
  for (uint32_t item : items) {
    EXPECT_NEAR(training.factors().item_biases[item], plain.item_biases[item], 1e-5);
    for (size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(training.factors().items.row(item)[k], plain.items.row(item)[k], 1e-5);
      EXPECT_NEAR(training.factors().implicit.row(item)[k], plain.implicit.row(item)[k], 1e-5);
      EXPECT_NEAR(training.factors().users.row(0)[k], plain.users.row(0)[k], 1e-5);
    }
  }
}

TEST(BiasedMf, FitsRatingsAndFailsIfTheRateIsTooHigh) {
  ThreadPool pool(2);
  const SparseMatrix table = random_table(80, 50, 0.3);
  for (bool implicit : {false, true}) {
    BiasedMfTraining training(table.view(), {.factors = 8, .rate = 0.02, .implicit = implicit}, pool);
    const double first = training.run_epoch(0, kGoOn);
    double last = first;
    for (int epoch = 1; epoch < 40; ++epoch) last = training.run_epoch(epoch, kGoOn);
    EXPECT_LT(last, 0.8 * first);
    BiasedMfTraining diverging(table.view(), {.factors = 8, .rate = 50, .implicit = implicit}, pool);
    EXPECT_THROW(for (int epoch = 0; epoch < 40; ++epoch) diverging.run_epoch(epoch, kGoOn), Error);
  }
}

TEST(SgdFactors, TakeOneUserAndOneItem) {
  ThreadPool pool(1);
  const SparseMatrix one{.cols = 1, .offsets = {0, 1}, .columns = {0}, .values = {4}};
  BprTraining bpr(one.view(), {.factors = 3}, pool);
  EXPECT_EQ(bpr.run_epoch(0, kGoOn), 0.5);  // there is no other item
  BiasedMfTraining ratings(one.view(), {.factors = 3}, pool);
  EXPECT_LT(ratings.run_epoch(0, kGoOn), 0.2);
}

}  // namespace
}  // namespace shortlist
