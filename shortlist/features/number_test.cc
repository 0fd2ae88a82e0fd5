#include "shortlist/features/number.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "shortlist/base/random.h"
#include "shortlist/features/moments.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::bags;
using testing::Bags;
using testing::fit;
using testing::message_of;
using testing::number_column;
using testing::numbers;
using testing::text_column;
using Texts = std::vector<std::string_view>;
using Floats = std::vector<float>;

TEST(Number, IsNormalisedByTheDeviationOfThePopulation) {
  const Column column = number_column({1, 3});
  EXPECT_EQ(numbers(*fit("number", column), number_column({1, 2, 5})), (Floats{-1, 0, 3}));
}

TEST(Number, OfOneValueIsZeroAndNotInfinite) {
  EXPECT_EQ(numbers(*fit("number", number_column({4, 4})), number_column({4})), (Floats{0}));
}

TEST(Number, TakesLogarithmsOfBothSigns) {
  const auto feature = fit("number", number_column({0}), {{"normalize", "log"}});
  const float one = std::log1p(9.0);
  EXPECT_EQ(numbers(*feature, number_column({9, -9, 0})), (Floats{one, -one, 0}));
}

TEST(Number, AValueOnAnEdgeLiesAboveIt) {
  const auto feature = fit("number", number_column({}), {{"edges", {0, 2.5}}});
  EXPECT_EQ(bags(*feature, number_column({-1, 0, 2.4, 2.5, 9})), (Bags{{0}, {1}, {1}, {2}, {2}}));
  EXPECT_EQ(testing::tokens(*feature), (std::vector<std::string>{"(-inf, 0)", "[0, 2.5)", "[2.5, inf)"}));
}

TEST(Number, QuantilesHoldEqualCounts) {
  const Column column = testing::integer_column({8, 1, 7, 2, 6, 3, 5, 4});
  const auto feature = fit("number", column, {{"quantiles", 4}});
  EXPECT_EQ(bags(*feature, testing::integer_column({1, 2, 3, 4, 5, 6, 7, 8})),
            (Bags{{0}, {0}, {1}, {1}, {2}, {2}, {3}, {3}}));
  EXPECT_EQ(fit("number", testing::integer_column({1, 1, 1, 1}), {{"quantiles", 4}})->id_count(), 2);
}

TEST(Number, TreatsMissingNaNAndInfiniteAsDeclared) {
  const Column column = number_column({1, 3}), missing = number_column({NAN, INFINITY, 3});
  EXPECT_EQ(numbers(*fit("number", column), missing), (Floats{0, 0, 1}));
  EXPECT_EQ(numbers(*fit("number", column, {{"normalize", "none"}}), missing), (Floats{2, 2, 3}));
  EXPECT_EQ(numbers(*fit("number", column, {{"normalize", "none"}, {"missing", "zero"}}), missing),
            (Floats{0, 0, 3}));
  EXPECT_EQ(numbers(*fit("number", column, {{"missing", "indicator"}}), missing), (Floats{0, 1, 0, 1, 1, 0}));
  const auto strict = fit("number", column, {{"missing", "error"}});
  EXPECT_EQ(message_of([&] { numbers(*strict, missing); }), "row 1: the value is missing");
}

TEST(Number, BinsHaveNoIdOrAnIdOfItsOwnForAMissingValue) {
  const Column missing = number_column({NAN});
  EXPECT_EQ(bags(*fit("number", missing, {{"edges", {1}}}), missing), (Bags{{}}));
  const auto feature = fit("number", missing, {{"edges", {1}}, {"missing", "bucket"}});
  EXPECT_EQ(bags(*feature, missing), (Bags{{2}}));
  EXPECT_EQ(feature->token(2), "[missing]");
}

TEST(Number, ReadsTextAndNamesWhatIsNoNumber) {
  const auto feature = fit("number", text_column(Texts{"1", " 3 ", ""}), {{"normalize", "none"}});
  EXPECT_EQ(numbers(*feature, text_column(Texts{"2.5", "-1e2"})), (Floats{2.5, -100}));
  EXPECT_EQ(message_of([&] {
              numbers(*feature, text_column(Texts{"1", "ten"}));
            }),
            "row 2: 'ten' is not a number");
}

TEST(Number, RejectsSettingsThatDoNotHoldTogether) {
  EXPECT_EQ(message_of([] {
              testing::config("number", {{"edges", {1, 1}}});
            }),
            "a.toml:7: features.x.edges: got 1 after 1, need ascending numbers");
  EXPECT_EQ(
      message_of([] {
        testing::config("number", {{"edges", {1}}, {"missing", "mean"}});
      }),
      "a.toml:7: features.x.missing: got \"mean\", but the feature yields ids: need bucket, zero or error");
  EXPECT_EQ(message_of([] {
              testing::config("number", {{"edges", {1}}, {"normalize", "log"}});
            }),
            "a.toml:7: features.x.normalize: edges and quantiles yield ids, which cannot be normalised");
}

TEST(Moments, AreExactWhereRoundedSumsAreNot) {
  Moments moments;
  for (double x : {1e100, 1.0, -1e100, 2.0, 3.0}) moments.add(x);
  EXPECT_EQ(moments.mean(), 6.0 / 5);
  Moments times;  // deviation 1, mean 1e9
  for (int i = 0; i < 1000; ++i) times.add(1e9 + (i % 2 == 0 ? 1 : -1));
  EXPECT_EQ(times.deviation(), 1);
}

TEST(Moments, DoNotDependOnOrderOrPartition) {
  const RandomStream random(7, "moments");
  std::vector<double> values;
  for (uint64_t i = 0; i < 3001; ++i)
    values.push_back(random.normal(i) * std::exp(10 * random.normal(5000 + i)));
  Moments whole;
  for (double x : values) whole.add(x);
  random.shuffle(std::span(values));
  Moments parts[7], merged;
  for (size_t i = 0; i < values.size(); ++i) parts[i * i % 7].add(values[i]);
  for (const Moments& part : parts) merged.merge(part);
  EXPECT_EQ(merged.mean(), whole.mean());
  EXPECT_EQ(merged.deviation(), whole.deviation());
  EXPECT_EQ(merged.least(), *std::min_element(values.begin(), values.end()));
}

TEST(Moments, AgreeWithTheTwoPassFormula) {
  const RandomStream random(8, "moments");
  Moments moments;
  double sum = 0, squares = 0;
  for (uint64_t i = 0; i < 1000; ++i) moments.add(-5 + random.uniform(i)), sum += -5 + random.uniform(i);
  const double mean = sum / 1000;
  for (uint64_t i = 0; i < 1000; ++i) squares += std::pow(-5 + random.uniform(i) - mean, 2);
  EXPECT_NEAR(moments.mean(), mean, 1e-14);
  EXPECT_NEAR(moments.deviation(), std::sqrt(squares / 1000), 1e-14);
}

}  // namespace
}  // namespace shortlist
