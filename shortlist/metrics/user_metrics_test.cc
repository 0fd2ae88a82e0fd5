#include "shortlist/metrics/user_metrics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

Rank at(uint32_t position) { return {position - 1, 0}; }

double figure(const Metrics& figures, const char* name) { return *find_metric(figures, name); }

TEST(UserMetrics, MatchTheWorkedExample) {
  // User 0 has relevant items at the positions 1 and 3, user 1 one at 4.
  const Numbers query{0, 0, 1}, candidate{5, 6, 7}, user{0, 0, 1};
  const std::vector<Rank> rank = {at(3), at(1), at(4)};
  const Observations rows{.rows = 3, .query = query, .candidate = candidate, .user = user};
  const Metrics figures = user_figures(rows, rank, {1, 3});
  ASSERT_EQ(figures.size(), 4u);
  EXPECT_EQ(figures[0].first, "recall@1");
  EXPECT_EQ(figures[3].first, "ndcg@3");
  EXPECT_DOUBLE_EQ(figure(figures, "recall@1"), (0.5 + 0) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "recall@3"), (1.0 + 0) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "ndcg@1"), (1.0 + 0) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "ndcg@3"), (1 + 0.5) / (1 + 1 / std::log2(3)) / 2);
}

TEST(UserMetrics, CountARepeatedItemOnce) {
  const Numbers query{0, 0, 0}, candidate{5, 5, 6}, user{0, 0, 0};
  const std::vector<Rank> rank = {at(1), at(1), at(9)};
  const Observations rows{.rows = 3, .query = query, .candidate = candidate, .user = user};
  EXPECT_DOUBLE_EQ(figure(user_figures(rows, rank, {2}), "recall@2"), 0.5);
}

TEST(UserMetrics, AverageAUsersListsFirst) {
  // User 0 has two queries, in two contexts; user 1 has one.
  const Numbers query{0, 1, 2}, candidate{5, 6, 5}, user{0, 0, 1};
  const std::vector<Rank> rank = {at(1), at(9), at(1)};
  const Observations rows{.rows = 3, .query = query, .candidate = candidate, .user = user};
  EXPECT_DOUBLE_EQ(figure(user_figures(rows, rank, {2}), "recall@2"), (0.5 + 1) / 2);
}

TEST(UserMetrics, WeighItemsByTheirRows) {
  const Numbers query{0, 0}, candidate{5, 6}, user{0, 0};
  const std::vector<float> weight{3, 1};
  const std::vector<Rank> rank = {at(2), at(1)};
  const Observations rows{.rows = 2, .query = query, .candidate = candidate, .user = user, .weight = weight};
  const Metrics figures = user_figures(rows, rank, {1, 2});
  EXPECT_DOUBLE_EQ(figure(figures, "recall@1"), 0.25);
  EXPECT_DOUBLE_EQ(figure(figures, "ndcg@1"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(figure(figures, "ndcg@2"), (1 + 3 / std::log2(3)) / (3 + 1 / std::log2(3)));
}

TEST(UserMetrics, NeverFindWhatTheListCannotHave) {
  const Numbers query{0}, candidate{5}, user{0};
  const std::vector<Rank> rank = {{3, 0, true}};
  const Observations rows{.rows = 1, .query = query, .candidate = candidate, .user = user};
  for (const auto& [name, value] : user_figures(rows, rank, {10})) EXPECT_EQ(value, 0) << name;
  EXPECT_FALSE(top_k_hit(rank[0], 10));
  EXPECT_FALSE(keras_top_k_hit(rank[0], 10));
}

TEST(UserMetrics, LeaveOutRowsWithoutAUser) {
  const Numbers query{0, 1}, candidate{5, 6}, user{unknown_index, 0};
  const std::vector<Rank> rank = {at(1), at(9)};
  const Observations rows{.rows = 2, .query = query, .candidate = candidate, .user = user};
  EXPECT_EQ(figure(user_figures(rows, rank, {2}), "recall@2"), 0);
  EXPECT_EQ(figure(user_figures({.user = std::span<const uint32_t>()}, {}, {2}), "ndcg@2"), 0);
}

}  // namespace
}  // namespace shortlist
