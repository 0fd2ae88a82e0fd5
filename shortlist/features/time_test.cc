#include "shortlist/features/time.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/features/testing.h"

namespace shortlist {
namespace {

using testing::bags;
using testing::Bags;
using testing::fit;
using testing::integer_column;
using testing::message_of;
using testing::number_column;
using testing::text_column;
using Texts = std::vector<std::string_view>;

TEST(Time, IsNormalised) {
  const auto feature = fit("time", integer_column({881250949, 881250951}));
  EXPECT_EQ(testing::numbers(*feature, integer_column({881250950, 881250953})), (std::vector<float>{0, 3}));
}

TEST(Time, BucketsHaveEdgesFromTheFirstToTheLast) {
  const auto feature = fit("time", integer_column({100, 0, 37}), {{"as", "buckets"}, {"buckets", 5}});
  EXPECT_EQ(feature->id_count(), 6);  // edges 0, 25, 50, 75, 100
  EXPECT_EQ(bags(*feature, integer_column({-1, 0, 24, 25, 99, 100})), (Bags{{0}, {1}, {1}, {2}, {4}, {5}}));
}

TEST(Time, KnowsHourAndWeekdayAlsoBefore1970) {
  const Column times = text_column(Texts{"1970-01-01", "2024-05-05T23:59:59Z", "1969-12-31 23:30"});
  EXPECT_EQ(bags(*fit("time", times, {{"as", "hour"}}), times), (Bags{{0}, {23}, {23}}));
  const auto weekday = fit("time", times, {{"as", "weekday"}});
  EXPECT_EQ(bags(*weekday, times), (Bags{{3}, {6}, {2}}));
  EXPECT_EQ(weekday->token(6), "Sunday");
}

TEST(Time, ReadsIso8601AndSeconds) {
  const Column times = text_column(
      Texts{"1714570215.5", "2024-05-01T13:30:15.5", "2024-05-01 15:30:15.5+02:00", "2024-05-01T13:30-0000"});
  const auto feature = fit("time", integer_column({1714570214, 1714570216}));
  EXPECT_EQ(testing::numbers(*feature, times), (std::vector<float>{0.5, 0.5, 0.5, -15}));
}

TEST(Time, NamesWhatIsNoTime) {
  const auto feature = fit("time", integer_column({0}));
  for (const char* text :
       {"2024-13-01", "yesterday", "2024-05-01T", "2024-05-01T10", "2024-02-30", "2024-05-01T10:00x"}) {
    EXPECT_EQ(
        message_of([&] { testing::numbers(*feature, text_column(Texts{text})); }),
        "row 1: '" + std::string(text) + "' is no time (need seconds since 1970, or 2024-05-01T12:30:00)");
  }
}

TEST(Time, TreatsMissingTimesAsDeclared) {
  const Column missing = number_column({NAN});
  EXPECT_EQ(testing::numbers(*fit("time", missing), missing), (std::vector<float>{0}));
  EXPECT_EQ(bags(*fit("time", missing, {{"as", "weekday"}}), missing), (Bags{{}}));
  EXPECT_EQ(bags(*fit("time", missing, {{"as", "weekday"}, {"missing", "bucket"}}), missing), (Bags{{7}}));
  EXPECT_EQ(bags(*fit("time", missing, {{"as", "buckets"}}), number_column({5})), (Bags{{0}}));
}

TEST(Time, RejectsBucketsOfWhatHasNone) {
  EXPECT_EQ(message_of([] {
              testing::config("time", {{"as", "hour"}, {"buckets", 9}});
            }),
            "a.toml:7: features.x.buckets: needs as = \"buckets\"");
}

}  // namespace
}  // namespace shortlist
