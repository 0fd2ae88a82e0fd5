#include "shortlist/report/figure_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shortlist {
namespace {

std::string measured(double value, double low, double high) {
  return measured_text(value, measured_decimals(value, Interval{low, high}));
}

TEST(MeasuredText, HasTheDigitsThatTheIntervalLeaves) {
  EXPECT_EQ(measured(0.70456, 0.6953, 0.7138), "0.705");   // ± 0.009
  EXPECT_EQ(measured(0.90354, 0.9021, 0.9049), "0.9035");  // ± 0.0014
  EXPECT_EQ(measured(1.0434, 0.91, 1.17), "1.04");         // ± 0.13
  EXPECT_EQ(measured(318.84, 300, 337), "319");            // ± 18
  EXPECT_EQ(measured(12345.6, 12000, 12700), "12,346");    // ± 350
  EXPECT_EQ(measured(0.0123456, 0.01234, 0.01235), "0.012346");
}

TEST(MeasuredText, HasThreeSignificantDigitsWithoutAnInterval) {
  const auto text = [](double value) { return measured_text(value, measured_decimals(value, std::nullopt)); };
  EXPECT_EQ(text(0.90837), "0.908");
  EXPECT_EQ(text(-17.347), "-17.3");
  EXPECT_EQ(text(0.0068558), "0.00686");
  EXPECT_EQ(text(1234567.8), "1,234,568");
  EXPECT_EQ(text(0), "0.000");
  EXPECT_EQ(text(1.5e-9), "1.50e-09");
  EXPECT_EQ(text(NAN), "nan");
  EXPECT_EQ(text(INFINITY), "inf");
}

TEST(MeasuredText, TakesThreeDigitsIfTheIntervalIsAPoint) { EXPECT_EQ(measured(1, 1, 1), "1.00"); }

TEST(MeasuredText, HasNoNegativeZero) { EXPECT_EQ(measured_text(-0.0004, 2), "0.00"); }

TEST(SpanDecimals, DistinguishValuesWithinTheSpan) {
  EXPECT_EQ(span_decimals(0.3, 1.5), 3);
  EXPECT_EQ(span_decimals(4, 1.5), 2);
  EXPECT_EQ(span_decimals(1000, 5000), 0);
  EXPECT_EQ(span_decimals(0, 0.5), 3);
}

TEST(WithCommas, SeparatesThousandsBeforeThePoint) {
  EXPECT_EQ(with_commas("-1234567.8901"), "-1,234,567.8901");
  EXPECT_EQ(with_commas("-123"), "-123");
  EXPECT_EQ(with_commas("1234"), "1,234");
}

}  // namespace
}  // namespace shortlist
