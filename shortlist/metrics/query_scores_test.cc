#include "shortlist/metrics/query_scores.h"

#include <gtest/gtest.h>

#include <limits>

namespace shortlist {
namespace {

const std::vector<float> kScores = {0.9f, 0.7f, 0.2f, 0.7f, 0.7f};

TEST(QueryScores, MatchTheExampleOfTheReference) {
  const ItemRanks ranks = QueryScores(kScores).rank(3);
  EXPECT_EQ(ranks.all, (Rank{1, 2}));
  EXPECT_EQ(ranks.unseen, ranks.all);
  EXPECT_EQ(ranks.all.position(), 4);
}

TEST(QueryScores, LeaveOutSeenItems) {
  const std::vector<uint32_t> seen = {0, 1};
  const QueryScores scores(kScores, seen);
  EXPECT_EQ(scores.rank(3).all, (Rank{1, 2}));
  EXPECT_EQ(scores.rank(3).unseen, (Rank{0, 1}));
  EXPECT_EQ(scores.rank(2).unseen, (Rank{2, 0}));
}

TEST(QueryScores, CountASeenItemAsAbsent) {
  const std::vector<uint32_t> seen = {0};
  const ItemRanks ranks = QueryScores(kScores, seen).rank(0);
  EXPECT_EQ(ranks.all, (Rank{0, 0}));
  EXPECT_EQ(ranks.unseen, (Rank{5, 0, true}));
}

TEST(QueryScores, RankUnknownItemsAndInfiniteScoresLast) {
  EXPECT_EQ(QueryScores(kScores).rank(5).all, (Rank{5, 0, true}));
  std::vector<float> diverged = kScores;
  diverged[3] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(QueryScores(diverged).rank(3).all, (Rank{5, 0}));
  diverged[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(QueryScores(diverged).rank(3).all, (Rank{5, 0}));
}

}  // namespace
}  // namespace shortlist
