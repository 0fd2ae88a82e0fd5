#include "shortlist/train/streaming_shares.h"

#include <gtest/gtest.h>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

TEST(StreamingShares, MatchTheWorkedExample) {
  StreamingShares shares(4, 0.5);
  EXPECT_EQ(shares.share(2), 0.25);
  shares.add(2);  // row 1: a gap of 1; (4 + 1) / 2
  EXPECT_EQ(shares.share(2), 1 / 2.5);
  shares.add(0);
  shares.add(2);  // row 3: a gap of 2; (2.5 + 2) / 2
  EXPECT_EQ(shares.share(2), 1 / 2.25);
  EXPECT_EQ(shares.share(3), 0.25);
}

TEST(StreamingShares, ApproachTheSharesOfTheRows) {
  StreamingShares shares(3, 0.01);
  const RandomStream random(1, "rows");
  for (uint64_t r = 0; r < 200'000; ++r) {
    const double x = random.uniform(r);
    shares.add(x < 0.05 ? 0 : x < 0.3 ? 1 : 2);
  }
  EXPECT_NEAR(shares.share(0), 0.05, 0.015);
  EXPECT_NEAR(shares.share(1), 0.25, 0.05);
  EXPECT_NEAR(shares.share(2), 0.7, 0.1);
}

TEST(StreamingShares, FollowAChange) {
  StreamingShares shares(2, 0.05);
  for (int r = 0; r < 1000; ++r) shares.add(r % 10 == 0 ? 0 : 1);
  EXPECT_NEAR(shares.share(0), 0.1, 1e-3);  // the first share decays by 0.95 each time
  for (int r = 0; r < 1000; ++r) shares.add(r % 2 == 0 ? 0 : 1);
  EXPECT_NEAR(shares.share(0), 0.5, 1e-6);
}

}  // namespace
}  // namespace shortlist
