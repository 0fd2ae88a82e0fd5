#include "shortlist/metrics/user_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "shortlist/base/random.h"

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
  ASSERT_EQ(figures.size(), 12u);
  EXPECT_EQ(figures[0].first, "recall@1");
  EXPECT_EQ(figures[3].first, "ndcg@3");
  EXPECT_EQ(figures[11].first, "mrr@3");
  EXPECT_DOUBLE_EQ(figure(figures, "recall@1"), (0.5 + 0) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "recall@3"), (1.0 + 0) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "ndcg@1"), (1.0 + 0) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "ndcg@3"), (1 + 0.5) / (1 + 1 / std::log2(3)) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "precision@3"), (2.0 / 3 + 0) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "hit@3"), (1.0 + 0) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "map@3"), ((1 + 2.0 / 3) / 2 + 0) / 2);
  EXPECT_DOUBLE_EQ(figure(figures, "mrr@3"), (1.0 + 0) / 2);
}

// Random scores with many ties for each query, and the ranks of the relevant items.
struct RandomLists {
  static constexpr uint32_t kItems = 12;
  Numbers query, candidate;
  std::vector<Rank> rank;
  std::vector<std::vector<double>> scores;

  explicit RandomLists(uint32_t queries) {
    const RandomStream random(7, "lists");
    for (uint32_t q = 0; q < queries; ++q) {
      std::vector<double>& of = scores.emplace_back();
      for (uint32_t i = 0; i < kItems; ++i) of.push_back(static_cast<double>(random.at(q).below(i, 5)));
      for (uint32_t i = 0; i < kItems; ++i) {
        if (random.at(q).below(kItems + i, 4) != 0) continue;
        query.push_back(q);
        candidate.push_back(i);
        const auto above = std::ranges::count_if(of, [&](double s) { return s > of[i]; });
        const auto level = std::ranges::count(of, of[i]) - 1;
        rank.push_back({static_cast<uint32_t>(above), static_cast<uint32_t>(level)});
      }
    }
  }
};

TEST(UserMetrics, ListAucIsTheShareOfPairsInTheRightOrder) {
  const RandomLists lists(20);
  double sum = 0, counted = 0;
  for (uint32_t q = 0; q < 20; ++q) {
    std::vector<bool> relevant(RandomLists::kItems);
    for (size_t row = 0; row < lists.query.size(); ++row)
      if (lists.query[row] == q) relevant[lists.candidate[row]] = true;
    double right = 0, pairs = 0;
    for (size_t a = 0; a < relevant.size(); ++a) {
      for (size_t b = 0; b < relevant.size(); ++b) {
        if (!relevant[a] || relevant[b]) continue;
        const double x = lists.scores[q][a], y = lists.scores[q][b];
        right += x > y ? 1 : x == y ? 0.5 : 0;
        ++pairs;
      }
    }
    if (pairs == 0) continue;
    sum += right / pairs;
    ++counted;
  }
  const Observations rows{
      .rows = lists.query.size(), .query = lists.query, .candidate = lists.candidate, .user = lists.query};
  const ListItems items{.catalogue = RandomLists::kItems};
  EXPECT_NEAR(figure(user_figures(rows, lists.rank, {5}, &items), "list_auc"), sum / counted, 1e-12);
}

TEST(UserMetrics, ListAucCountsOnlyItemsThatTheListCanContain) {
  // The user has seen 1 of 4 items: the relevant item at position 2 is above one of the other two.
  const Numbers query{0}, candidate{3}, user{0};
  const SeenItems seen{{0, 1}, {0}};
  const ListItems items{.catalogue = 4, .left_out = &seen};
  const Observations rows{.rows = 1, .query = query, .candidate = candidate, .user = user};
  EXPECT_DOUBLE_EQ(figure(user_figures(rows, std::vector<Rank>{at(2)}, {1}, &items), "list_auc"), 0.5);
  EXPECT_DOUBLE_EQ(figure(user_figures(rows, std::vector<Rank>{{4, 0, true}}, {1}, &items), "list_auc"), 0);
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
