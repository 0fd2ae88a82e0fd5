#include "shortlist/server/model.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(TakesLonger, IsNotDecidedByOneHiccup) {
  const double timings[] = {9e-3, 2e-4, 9e-3};
  size_t measured = 0;
  EXPECT_FALSE(takes_longer(1e-3, [&] { return timings[measured++]; }));
  EXPECT_EQ(measured, 2u);
}

TEST(TakesLonger, IsSaidOfWhatIsAlwaysSlow) {
  size_t measured = 0;
  EXPECT_TRUE(takes_longer(1e-3, [&] { return 2e-3 + 1e-3 * static_cast<double>(measured++); }));
  EXPECT_EQ(measured, 5u);
}

}  // namespace
}  // namespace shortlist
