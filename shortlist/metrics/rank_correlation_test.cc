#include "shortlist/metrics/rank_correlation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

using Numbers = std::vector<double>;

TEST(RankCorrelation, GivesEqualValuesTheirMeanRank) {
  EXPECT_EQ(mean_ranks(Numbers{30, 10, 30, 20}), (Numbers{3.5, 1, 3.5, 2}));
  EXPECT_EQ(mean_ranks(Numbers{}), Numbers{});
}

TEST(RankCorrelation, SeesTheOrderAlone) {
  EXPECT_DOUBLE_EQ(rank_correlation(Numbers{1, 2, 3}, Numbers{1, 10, 1000}), 1);
  EXPECT_DOUBLE_EQ(rank_correlation(Numbers{1, 2, 3}, Numbers{3, 2, 1}), -1);
  EXPECT_EQ(rank_correlation(Numbers{1, 1, 1}, Numbers{3, 2, 1}), 0);
  EXPECT_EQ(rank_correlation(Numbers{}, Numbers{}), 0);
}

TEST(OrderAgreement, IsOneIfOneRisesWithTheOtherInSteps) {
  const Numbers fine{1, 2, 3, 4, 5, 6}, steps{1, 1, 2, 2, 3, 3}, falling{9, 9, 5, 5, 1, 1};
  EXPECT_DOUBLE_EQ(order_agreement(fine, steps), 1);
  EXPECT_DOUBLE_EQ(order_agreement(falling, fine), -1);
  EXPECT_LT(rank_correlation(fine, steps), 0.98);
  EXPECT_LT(order_agreement(fine, Numbers{1, 1, 3, 2, 3, 2}), 0.9);
  EXPECT_EQ(order_agreement(fine, Numbers{2, 2, 2, 2, 2, 2}), 0);
}

// 1 - 6 sum d^2 / (n (n^2 - 1)), which holds without ties.
TEST(RankCorrelation, AgreesWithTheSumOfSquaredDifferences) {
  const RandomStream random(1, "ranks");
  Numbers x, y;
  for (size_t i = 0; i < 101; ++i) {
    x.push_back(random.uniform(2 * i));
    y.push_back(x.back() + random.uniform(2 * i + 1));
  }
  const Numbers of_x = mean_ranks(x), of_y = mean_ranks(y);
  double squares = 0;
  for (size_t i = 0; i < x.size(); ++i) squares += (of_x[i] - of_y[i]) * (of_x[i] - of_y[i]);
  EXPECT_NEAR(rank_correlation(x, y), 1 - 6 * squares / (101.0 * (101 * 101 - 1)), 1e-12);
}

}  // namespace
}  // namespace shortlist
