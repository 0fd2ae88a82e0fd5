#include "shortlist/base/deadline.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(Deadline, NeverPassesUnlessItHasAnEnd) { EXPECT_NO_THROW(Deadline().check()); }

TEST(Deadline, PassesAtItsEnd) {
  const auto now = Deadline::Clock::now();
  EXPECT_NO_THROW(Deadline(now + std::chrono::hours(1)).check());
  EXPECT_THROW(Deadline(now).check(), DeadlinePassed);
}

TEST(Deadline, PassesWhenEitherFlagIsSet) {
  for (size_t set : {0u, 1u}) {
    std::array<std::atomic<bool>, 2> flags{};
    const Deadline deadline(Deadline::Clock::time_point::max(), {&flags[0], &flags[1]});
    EXPECT_NO_THROW(deadline.check());
    flags[set] = true;
    EXPECT_TRUE(deadline.cancelled());
    EXPECT_THROW(deadline.check(), DeadlinePassed);
  }
}

}  // namespace
}  // namespace shortlist
