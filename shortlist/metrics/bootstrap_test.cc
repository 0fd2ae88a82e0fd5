#include "shortlist/metrics/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shortlist {
namespace {

Interval interval_of(const std::vector<double>& values, Transform transform = Transform::none,
                     std::span<const float> weight = {}, uint64_t seed = 1) {
  Bootstrap bootstrap(values.size(), weight);
  bootstrap.add_mean([&](size_t row) { return values[row]; }, transform);
  bootstrap.resample(RandomStream(seed, "bootstrap"));
  return bootstrap.interval(0);
}

std::vector<double> normal_values(size_t rows) {
  std::vector<double> values(rows);
  for (size_t i = 0; i < rows; ++i) values[i] = 5 + 2 * RandomStream(3, "values").normal(i);
  return values;
}

TEST(Bootstrap, IntervalHasTheWidthOfTheNormalOne) {
  const Interval interval = interval_of(normal_values(2500));
  EXPECT_NEAR(interval.high - interval.low, 2 * 1.96 * 2 / std::sqrt(2500), 0.015);
  EXPECT_NEAR((interval.high + interval.low) / 2, 5, 0.12);
}

TEST(Bootstrap, IntervalHoldsTheTruthNineteenTimesInTwenty) {
  int held = 0;
  for (uint64_t table = 0; table < 200; ++table) {
    std::vector<double> values(100);
    for (size_t i = 0; i < values.size(); ++i) values[i] = RandomStream(table, "coverage").normal(i);
    const Interval interval = interval_of(values);
    held += interval.low <= 0 && 0 <= interval.high;
  }
  EXPECT_GE(held, 178);
  EXPECT_LE(held, 200);
}

TEST(Bootstrap, GroupsManyRowsWithoutChangingTheWidth) {
  const Interval interval = interval_of(normal_values(200'000));
  EXPECT_NEAR(interval.high - interval.low, 2 * 1.96 * 2 / std::sqrt(200'000), 0.0015);
}

TEST(Bootstrap, IsTheSameForTheSameSeedOnly) {
  const std::vector<double> values = normal_values(50);
  EXPECT_EQ(interval_of(values), interval_of(values));
  EXPECT_NE(interval_of(values), interval_of(values, Transform::none, {}, 2));
}

TEST(Bootstrap, TakesTheRootOfTheMean) {
  std::vector<double> squares(100, 9.0);
  EXPECT_EQ(interval_of(squares, Transform::square_root), (Interval{3, 3}));
}

TEST(Bootstrap, LeavesOutRowsOfWeightZero) {
  std::vector<double> values = {2, 2, 2, 1000};
  const std::vector<float> weight = {1, 1, 1, 0};
  EXPECT_EQ(interval_of(values, Transform::none, weight), (Interval{2, 2}));
}

TEST(Bootstrap, JudgesADifferenceOnTheSameRows) {
  const std::vector<double> values = normal_values(400);
  Bootstrap bootstrap(values.size(), {});
  const size_t a = bootstrap.add_mean([&](size_t row) { return values[row]; });
  const size_t b = bootstrap.add_mean([&](size_t row) { return values[row] - 0.01; });
  bootstrap.resample(RandomStream(1, "bootstrap"));
  EXPECT_GT(bootstrap.interval(a).high, bootstrap.value(b));  // separate intervals overlap
  EXPECT_NEAR(bootstrap.difference(a, b).low, 0.01, 1e-12);   // the interval of the difference excludes 0
  EXPECT_NEAR(bootstrap.difference(a, b).high, 0.01, 1e-12);
}

TEST(Bootstrap, OfNoRowsIsZero) { EXPECT_EQ(interval_of({}), (Interval{0, 0})); }

}  // namespace
}  // namespace shortlist
