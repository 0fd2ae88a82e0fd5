#include "shortlist/server/rate_limiter.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

using std::chrono::milliseconds;
const RateLimiter::Time kStart{};

TEST(RateLimiter, LetsABurstThroughAndThenTheRate) {
  RateLimiter limiter(10, 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take("a", kStart), 0);
  EXPECT_NEAR(limiter.take("a", kStart), 0.1, 1e-9);
  EXPECT_NEAR(limiter.take("a", kStart + milliseconds(60)), 0.04, 1e-9);
  EXPECT_EQ(limiter.take("a", kStart + milliseconds(101)), 0);
  EXPECT_GT(limiter.take("a", kStart + milliseconds(102)), 0);
}

TEST(RateLimiter, CountsEachClientByItself) {
  RateLimiter limiter(1, 1);
  EXPECT_EQ(limiter.take("a", kStart), 0);
  EXPECT_EQ(limiter.take("b", kStart), 0);
  EXPECT_GT(limiter.take("a", kStart), 0);
}

TEST(RateLimiter, ForgetsClientsThatRest) {
  RateLimiter limiter(1, 2);
  for (int i = 0; i < 100; ++i) limiter.take(std::to_string(i), kStart);
  EXPECT_EQ(limiter.clients(), 100u);
  limiter.take("x", kStart + milliseconds(5000));
  EXPECT_EQ(limiter.clients(), 1u);
}

TEST(RateLimiter, LetsClientsBeyondTheMostShareABucket) {
  RateLimiter limiter(1, 1, 2);
  for (const char* client : {"a", "b", "c"}) EXPECT_EQ(limiter.take(client, kStart), 0);
  EXPECT_GT(limiter.take("d", kStart), 0);
  EXPECT_EQ(limiter.clients(), 3u);
  EXPECT_EQ(limiter.take("d", kStart + milliseconds(5000)), 0);
}

TEST(RateLimiter, WithoutARateNeverRefuses) {
  RateLimiter limiter(0, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limiter.take("a", kStart), 0);
  EXPECT_EQ(limiter.clients(), 0u);
}

}  // namespace
}  // namespace shortlist
