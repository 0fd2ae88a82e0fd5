#include "shortlist/report/ticks.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shortlist {
namespace {

using Doubles = std::vector<double>;

TEST(Ticks, AreOneTwoOrFiveTimesAPowerOfTenApart) {
  EXPECT_EQ(nice_axis(0.2, 9.7, 5).ticks, (Doubles{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(nice_axis(120, 480, 5).ticks, (Doubles{100, 200, 300, 400, 500}));
  EXPECT_EQ(nice_axis(-3, 1, 5).ticks, (Doubles{-3, -2, -1, 0, 1}));
}

TEST(Ticks, CoverTheData) {
  for (double low : {-1e5, -0.3, 0.0, 1e-9, 1.41}) {
    for (double span : {0.0, 1e-7, 0.02, 3.0, 1e6}) {
      const Axis axis = nice_axis(low, low + span, 5);
      EXPECT_LE(axis.low, low + 1e-9 * std::abs(low));
      EXPECT_GE(axis.high, low + span - 1e-9 * std::abs(low + span));
      EXPECT_GE(axis.ticks.size(), 2u);
      EXPECT_LE(axis.ticks.size(), 12u);
    }
  }
}

TEST(Ticks, OfWholeNumbersAreWhole) { EXPECT_EQ(nice_axis(1, 3, 8, true).ticks, (Doubles{1, 2, 3})); }

TEST(Ticks, SurviveExtremeRanges) {
  for (const Axis& axis :
       {nice_axis(-1e308, 1e308, 5), nice_axis(0, 5e-324, 5), nice_axis(1e300, 1e300, 5)}) {
    EXPECT_GE(axis.ticks.size(), 2u);
    EXPECT_LE(axis.ticks.size(), 12u);
    EXPECT_LT(axis.low, axis.high);
  }
}

TEST(Ticks, ShareTheirDecimals) {
  const Axis fine = nice_axis(0.78, 0.99, 5);
  EXPECT_EQ(fine.label(0.8), "0.80");
  EXPECT_EQ(nice_axis(4000, 14000, 5).label(12000), "12,000");
}

}  // namespace
}  // namespace shortlist
