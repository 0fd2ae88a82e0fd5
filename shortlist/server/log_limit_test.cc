#include "shortlist/server/log_limit.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(LogLimit, AdmitsALineOfManyAndCountsTheOthers) {
  using std::chrono::seconds;
  LogLimit limit(seconds(10));
  const LogLimit::Clock::time_point start{};
  EXPECT_EQ(limit.admit(start), 0u);
  EXPECT_EQ(limit.admit(start + seconds(1)), std::nullopt);
  EXPECT_EQ(limit.admit(start + seconds(9)), std::nullopt);
  EXPECT_EQ(limit.admit(start + seconds(10)), 2u);
  EXPECT_EQ(limit.admit(start + seconds(25)), 0u);
}

}  // namespace
}  // namespace shortlist
