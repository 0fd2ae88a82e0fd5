#include "shortlist/learners/transitions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "shortlist/base/random.h"
#include "shortlist/testing/sparse_matrices.h"

namespace shortlist {
namespace {

UserHistories sequences(const std::vector<std::vector<uint32_t>>& of_users) {
  EventList events;
  for (uint32_t u = 0; u < of_users.size(); ++u) {
    for (uint32_t item : of_users[u]) {
      events.users.push_back(u);
      events.items.push_back(item);
      events.rows.push_back(static_cast<uint32_t>(events.rows.size()));
    }
  }
  return UserHistories(Interactions(of_users.size(), events), false, false);
}

SparseMatrix learn(const std::vector<std::vector<uint32_t>>& of_users, size_t items,
                   const TransitionsSettings& settings, int threads = 1) {
  ThreadPool pool(threads);
  return transition_weights(sequences(of_users), of_users.size(), items, settings, pool);
}

// 0 → 1 at one step, 0 → 2 at two steps, which counts half.
TEST(Transitions, MatchTheWorkedExample) {
  const SparseMatrix weights = learn({{0, 1, 2}}, 3, {.window = 2, .half_life = 1, .shrink = 0});
  EXPECT_FLOAT_EQ(weights.at(0, 1), 1 / 1.5f);
  EXPECT_FLOAT_EQ(weights.at(0, 2), 0.5f / 1.5f);
  EXPECT_FLOAT_EQ(weights.at(1, 2), 1);
  EXPECT_TRUE(weights.columns_of(2).empty());
  EXPECT_FLOAT_EQ(learn({{0, 1, 2}}, 3, {.window = 1, .shrink = 1}).at(0, 1), 0.5f);
  EXPECT_EQ(step_weights({.window = 3, .half_life = 2}),
            (std::vector<float>{1, static_cast<float>(std::sqrt(0.5)), 0.5f}));
}

std::vector<std::vector<uint32_t>> random_sequences(size_t users, uint64_t items) {
  const RandomStream draws(users, "sequences");
  std::vector<std::vector<uint32_t>> of_users(users);
  uint64_t counter = 0;
  for (auto& items_of : of_users)
    for (uint64_t n = draws.below(counter++, 20); n > 0; --n)
      items_of.push_back(static_cast<uint32_t>(draws.below(counter++, items)));
  return of_users;
}

TEST(Transitions, AgreeWithTheSlowTwin) {
  const auto of_users = random_sequences(50, 12);
  const TransitionsSettings settings{.window = 4, .half_life = 1.5, .keep = 100, .shrink = 2};
  std::map<std::pair<uint32_t, uint32_t>, double> counts;
  std::vector<double> sums(12, 2.0);
  for (const auto& sequence : of_users) {
    for (size_t from = 0; from < sequence.size(); ++from) {
      for (size_t to = from + 1; to < sequence.size() && to <= from + 4; ++to) {
        if (sequence[from] == sequence[to]) continue;
        const double weight = std::exp2(-static_cast<double>(to - from - 1) / 1.5);
        counts[{sequence[from], sequence[to]}] += weight;
        sums[sequence[from]] += weight;
      }
    }
  }
  const SparseMatrix weights = learn(of_users, 12, settings);
  for (uint32_t i = 0; i < 12; ++i)
    for (uint32_t j = 0; j < 12; ++j)
      EXPECT_NEAR(weights.at(i, static_cast<int32_t>(j)), (counts[{i, j}] / sums[i]), 1e-6);
  const SparseMatrix two = learn(of_users, 12, {.window = 4, .half_life = 1.5, .keep = 2, .shrink = 2});
  for (uint32_t i = 0; i < 12; ++i) EXPECT_EQ(two.columns_of(i).size(), 2u);
  EXPECT_TRUE(testing::same_bits(weights, learn(of_users, 12, settings, 3)));
}

}  // namespace
}  // namespace shortlist
