#include "shortlist/features/time.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/testing/features.h"

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
    EXPECT_EQ(message_of([&] { testing::numbers(*feature, text_column(Texts{text})); }),
              "row 1: '" + std::string(text) +
                  "' is not a time (need seconds since 1970, 2024-05-01T12:30:00, or a declared format such "
                  "as format = \"%d-%m-%Y %H:%M\" in the config, or --date-format with the table)");
  }
}

TEST(Time, TreatsMissingTimesAsDeclared) {
  const Column missing = number_column({NAN});
  EXPECT_EQ(testing::numbers(*fit("time", missing), missing), (std::vector<float>{0}));
  EXPECT_EQ(bags(*fit("time", missing, {{"as", "weekday"}}), missing), (Bags{{}}));
  EXPECT_EQ(bags(*fit("time", missing, {{"as", "weekday"}, {"missing", "bucket"}}), missing), (Bags{{7}}));
  EXPECT_EQ(bags(*fit("time", missing, {{"as", "buckets"}}), number_column({5})), (Bags{{0}}));
}

TEST(Time, MeansTheSameInstantInTheTablesUnitAndInIso8601) {
  const auto feature = fit("time", integer_column({1'714'566'614'000, 1'714'566'616'000}));
  const Column asked = text_column(Texts{"1714566615500", "2024-05-01T12:30:15.5Z"});
  EXPECT_EQ(testing::numbers(*feature, asked), (std::vector<float>{0.5, 0.5}));
  EXPECT_EQ(feature->input().least, 1'714'566'614);
  EXPECT_EQ(message_of([&] { testing::numbers(*feature, integer_column({1'714'566'615})); }),
            "row 1: 1714566615 looks like seconds, but the column's times are milliseconds: convert all of "
            "them to one unit in data.sql");
}

TEST(Time, RemembersUnitAndFormat) {
  const auto restored = [](const Feature& feature) { return TimeSettings::load(feature.to_json()); };
  const auto milliseconds = restored(*fit("time", integer_column({1'714'566'614'000, 1'714'566'616'000})));
  EXPECT_EQ(testing::numbers(*milliseconds, text_column(Texts{"2024-05-01T12:30:16"})),
            (std::vector<float>{1}));
  const auto days =
      restored(*fit("time", text_column(Texts{"29-01-2021", "02-01-2021"}), {{"as", "weekday"}}));
  EXPECT_EQ(bags(*days, text_column(Texts{"03-02-2021", "2021-02-03", "03-02-2021 23:00"})),
            (Bags{{2}, {2}, {2}}));
}

TEST(Time, FindsTheUnitInRowsThatAreNotFitted) {
  auto fit = testing::config("time").settings->make_fit();
  fit->survey(integer_column({0, 1'714'566'614'000}));
  fit->observe(integer_column({0}), std::vector<uint32_t>{1});
  EXPECT_EQ(
      testing::bags(*testing::fit("time", integer_column({0}), {{"as", "hour"}}), integer_column({3600})),
      (Bags{{1}}));
  EXPECT_EQ(fit->finish()->to_json().at("unit"), "milliseconds");
}

TEST(Time, RefusesOldFeaturesWhoseTimesAreNoSeconds) {
  nlohmann::json old = fit("time", integer_column({0, 5}))->to_json();
  old.erase("unit");
  EXPECT_EQ(message_of([&] { TimeSettings::load(old); }), "");
  old["most"] = 1.7e12;
  EXPECT_NE(message_of([&] { TimeSettings::load(old); }).find("train it again"), std::string::npos);
}

TEST(Time, RejectsFormatsThatCannotBeRead) {
  EXPECT_EQ(message_of([] {
              testing::config("time", {{"format", "DD.MM.YYYY"}});
            }),
            "a.toml:7: features.x.format: \"DD.MM.YYYY\" has no year: need %Y or %y, as in %d-%m-%Y");
}

TEST(Time, RejectsBucketsOfWhatHasNone) {
  EXPECT_EQ(message_of([] {
              testing::config("time", {{"as", "hour"}, {"buckets", 9}});
            }),
            "a.toml:7: features.x.buckets: needs as = \"buckets\"");
}

}  // namespace
}  // namespace shortlist
