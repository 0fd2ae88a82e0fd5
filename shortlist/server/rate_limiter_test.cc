#include "shortlist/server/rate_limiter.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

using std::chrono::milliseconds;

class RateLimits : public ::testing::Test {
 protected:
  RateLimiter limiter(double rate, double burst) {
    return {rate, burst, [this] { return now_; }};
  }
  RateLimiter::Time now_;
};

TEST_F(RateLimits, LetABurstThroughAndThenTheRate) {
  RateLimiter limiter = this->limiter(10, 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take("a"), 0);
  EXPECT_NEAR(limiter.take("a"), 0.1, 1e-9);
  now_ += milliseconds(60);
  EXPECT_NEAR(limiter.take("a"), 0.04, 1e-9);
  now_ += milliseconds(41);
  EXPECT_EQ(limiter.take("a"), 0);
  now_ += milliseconds(1);
  EXPECT_GT(limiter.take("a"), 0);
}

TEST_F(RateLimits, CountEachClientByItself) {
  RateLimiter limiter = this->limiter(1, 1);
  EXPECT_EQ(limiter.take("a"), 0);
  EXPECT_EQ(limiter.take("b"), 0);
  EXPECT_GT(limiter.take("a"), 0);
}

TEST_F(RateLimits, ForgetClientsThatRest) {
  RateLimiter limiter = this->limiter(1, 2);
  for (int i = 0; i < 100; ++i) limiter.take(std::to_string(i));
  EXPECT_EQ(limiter.clients(), 100u);
  now_ += milliseconds(5000);
  limiter.take("x");
  EXPECT_EQ(limiter.clients(), 1u);
}

TEST_F(RateLimits, LetClientsBeyondTheMostShareABucket) {
  RateLimiter limiter(
      1, 1, [this] { return now_; }, 2);
  for (const char* client : {"a", "b", "c"}) EXPECT_EQ(limiter.take(client), 0);
  EXPECT_GT(limiter.take("d"), 0);
  EXPECT_EQ(limiter.clients(), 3u);
  now_ += milliseconds(5000);
  EXPECT_EQ(limiter.take("d"), 0);
}

TEST_F(RateLimits, WithoutARateRefuseNobody) {
  RateLimiter limiter = this->limiter(0, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limiter.take("a"), 0);
  EXPECT_EQ(limiter.clients(), 0u);
}

}  // namespace
}  // namespace shortlist
