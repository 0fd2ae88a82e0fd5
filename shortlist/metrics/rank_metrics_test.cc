#include "shortlist/metrics/rank_metrics.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

double figure(const Metrics& figures, const char* name) {
  const double* value = find_metric(figures, name);
  return value != nullptr ? *value : -1;
}

TEST(RankMetrics, MatchTheWorkedExample) {
  RankMetrics metrics({1, 5});
  metrics.add({0, 0});  // position 1
  metrics.add({3, 0});  // position 4
  metrics.add({9, 0});  // position 10
  const Metrics figures = metrics.figures();
  EXPECT_DOUBLE_EQ(figure(figures, "top_1"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(figure(figures, "top_5"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(figure(figures, "mrr"), (1 + 0.25 + 0.1) / 3);
  EXPECT_DOUBLE_EQ(figure(figures, "mean_rank"), 5);
}

TEST(RankMetrics, CountTiesAgainstTheModelWhereKerasCountsThemFor) {
  RankMetrics metrics({1, 10});
  metrics.add({0, 996});  // a model that gives all 997 candidates the same score
  EXPECT_EQ(figure(metrics.figures(), "top_1"), 0);
  EXPECT_EQ(figure(metrics.figures(), "top_10"), 0);
  EXPECT_EQ(figure(metrics.figures(), "keras_top_1"), 1);
  EXPECT_EQ(figure(metrics.figures(), "mean_rank"), 997);
}

TEST(RankMetrics, HitExactlyUpToK) {
  EXPECT_TRUE(top_k_hit({4, 0}, 5));
  EXPECT_FALSE(top_k_hit({5, 0}, 5));
  EXPECT_FALSE(top_k_hit({4, 1}, 5));
  EXPECT_TRUE(keras_top_k_hit({4, 1}, 5));
  EXPECT_FALSE(keras_top_k_hit({5, 0}, 5));
}

TEST(RankMetrics, WeighRows) {
  RankMetrics metrics({1});
  metrics.add({0, 0}, 3);
  metrics.add({1, 0}, 1);
  EXPECT_DOUBLE_EQ(figure(metrics.figures(), "top_1"), 0.75);
  EXPECT_DOUBLE_EQ(figure(metrics.figures(), "mrr"), 0.875);
}

TEST(RankMetrics, OfPartsMergeToThoseOfTheWhole) {
  RankMetrics whole({1, 3}), left({1, 3}), right({1, 3});
  for (uint32_t i = 0; i < 8; ++i) {
    whole.add({i, i % 2});
    (i < 3 ? left : right).add({i, i % 2});
  }
  left.merge(right);
  const Metrics a = whole.figures(), b = left.figures();
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_DOUBLE_EQ(a[i].second, b[i].second) << a[i].first;
}

TEST(RankMetrics, StandInTheOrderInWhichTheyAreRead) {
  std::string names;
  for (const auto& [name, value] : RankMetrics({1, 10}).figures()) {
    names += name + " ";
    EXPECT_EQ(value, 0) << name;  // no rows
  }
  EXPECT_EQ(names, "top_1 top_10 keras_top_1 keras_top_10 mrr mean_rank ");
}

}  // namespace
}  // namespace shortlist
