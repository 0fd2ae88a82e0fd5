#include "shortlist/features/time_form.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/table/time_format.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::integer_column;
using testing::message_of;
using testing::number_column;
using testing::text_column;
using Texts = std::vector<std::string_view>;

std::vector<double> seconds_of(const Column& values, const TimeForm& declared = {}) {
  const TimeForm form = find_time_form(values, declared);
  std::vector<double> all;
  for (size_t row = 0; row < values.rows; ++row) {
    double seconds = NAN;
    read_time(values, row, form, seconds);
    all.push_back(seconds);
  }
  return all;
}

double parsed(std::string_view text, std::string_view format) {
  double seconds = NAN;
  return parse_time(text, format, seconds) ? seconds : NAN;
}

constexpr double kMay = 1714566615;  // 2024-05-01T12:30:15Z

TEST(TimeForm, TellsUnitsByMagnitude) {
  EXPECT_EQ(find_time_form(integer_column({1'714'566'615, 0}), {}).unit, TimeUnit::seconds);
  EXPECT_EQ(seconds_of(integer_column({1'714'566'615'000, 0})), (std::vector<double>{kMay, 0}));
  EXPECT_EQ(seconds_of(integer_column({1'714'566'615'000'000})), (std::vector<double>{kMay}));
  EXPECT_EQ(seconds_of(integer_column({1'714'566'615'000'000'000})), (std::vector<double>{kMay}));
  EXPECT_EQ(seconds_of(number_column({1'714'566'615e3})), (std::vector<double>{kMay}));
  EXPECT_EQ(seconds_of(text_column(Texts{"1714566615000", "2024-05-01T12:30:15Z"})),
            (std::vector<double>{kMay, kMay}));
}

TEST(TimeForm, TakesADeclaredUnit) {
  EXPECT_EQ(seconds_of(integer_column({5'000}), {.unit = TimeUnit::milliseconds}), (std::vector<double>{5}));
}

TEST(TimeForm, NamesTheRowOfAMixture) {
  const Column mixed = integer_column({1'702'023'200'000, 1'700'579'600});
  for (const TimeForm& declared : {TimeForm(), TimeForm{.unit = TimeUnit::milliseconds}}) {
    EXPECT_EQ(message_of([&] { find_time_form(mixed, declared); }),
              "row 2: 1700579600 looks like seconds, but the column's times are milliseconds: convert all of "
              "them to one unit in data.sql");
  }
  EXPECT_EQ(message_of([&] { find_time_form(mixed, {.unit = TimeUnit::seconds}); }),
            "row 1: 1702023200000 looks like milliseconds, but the column's times are seconds: convert all "
            "of them to one unit in data.sql");
}

TEST(TimeForm, NamesTheRowOfAnImplausibleYear) {
  EXPECT_EQ(message_of([] {
              find_time_form(text_column(Texts{"2024-05-01", "9999-12-31"}), {});
            }),
            "row 2: '9999-12-31' is not in the years 1900 to 2200");
  EXPECT_EQ(message_of([] {
              find_time_form(number_column({1, 1e30}), {});
            }),
            "row 2: 1e+30 is not a time in the years 1900 to 2200 in any unit");
}

TEST(TimeForm, TellsTheDayFromTheMonthByTheWholeColumn) {
  const Column days = text_column(Texts{"01-02-2021 07:01", "29-01-2021", "2021-01-29T10:00"});
  EXPECT_EQ(find_time_form(days, {}).format, "%d-%m-%Y");
  EXPECT_EQ(seconds_of(days), (std::vector<double>{1612162860, 1611878400, 1611914400}));
  EXPECT_EQ(find_time_form(text_column(Texts{"1/2/2021 7:01 PM", "1/29/2021"}), {}).format, "%m/%d/%Y");
  EXPECT_EQ(find_time_form(text_column(Texts{"2021/01/02"}), {}).format, "%Y/%m/%d");
  EXPECT_EQ(find_time_form(text_column(Texts{"2021-01-02 03:04:05 +0000 UTC"}), {}).format,
            "%Y-%m-%d %H:%M:%S %z UTC");
}

TEST(TimeForm, AsksWhereTheColumnDoesNotTell) {
  EXPECT_EQ(message_of([] {
              find_time_form(text_column(Texts{"01-02-2021", "03-02-2021"}), {});
            }),
            "row 1: cannot tell the day from the month in '01-02-2021' and in all other rows; declare which "
            "comes first: format = \"%d-%m-%Y\" or format = \"%m-%d-%Y\" (--date-format)");
  EXPECT_EQ(message_of([] {
              find_time_form(text_column(Texts{"29-01-2021", "01-29-2021"}), {});
            }),
            "row 2: '01-29-2021' is not a time in the format of '29-01-2021'; declare the column's format, "
            "such as format = \"%d-%m-%Y %H:%M\"");
  EXPECT_EQ(seconds_of(text_column(Texts{"01-02-2021"}), {.format = "%m-%d-%Y"}),
            (std::vector<double>{1609545600}));
}

TEST(TimeForm, ReadsDatesOfDigitsOnly) {
  EXPECT_EQ(seconds_of(integer_column({20210129, 20201231})), (std::vector<double>{1611878400, 1609372800}));
  EXPECT_EQ(seconds_of(number_column({20210129, NAN}))[0], 1611878400);
  EXPECT_EQ(seconds_of(text_column(Texts{"20210129070100"})), (std::vector<double>{1611903660}));
  EXPECT_EQ(seconds_of(integer_column({20210129, 20211329})), (std::vector<double>{20210129, 20211329}));
}

TEST(TimeForm, ReadsMissingTimesAsMissing) {
  const auto all = seconds_of(text_column(Texts{"", " ", "nan", testing::kNull}));
  for (double seconds : all) EXPECT_TRUE(std::isnan(seconds));
}

TEST(TimeFormat, ReadsEachDirective) {
  EXPECT_EQ(parsed("2024-05-01 12:30:15", "%F %T"), kMay);
  EXPECT_EQ(parsed("01.05.24 12:30:15", "%d.%m.%y %H:%M:%S"), kMay);
  EXPECT_EQ(parsed("Wed, 1 May 2024   12:30:15 PM", "%a, %d %b %Y %I:%M:%S %p"), kMay);
  EXPECT_EQ(parsed("May 1 2024 12:30:15.250", "%B %d %Y %H:%M:%S.%f"), kMay + 0.25);
  EXPECT_EQ(parsed("100% 1/5/2024", "100%% %d/%m/%Y"), kMay - 45015);
  EXPECT_EQ(parsed("2024-05-01T14:30:15+0200", "%Y-%m-%dT%H:%M:%S%z"), kMay);
  EXPECT_EQ(parsed("1/5/2024 2:30:15 am", "%d/%m/%Y"), kMay - 36000);
}

TEST(TimeFormat, RejectsWhatDoesNotFit) {
  for (const char* text :
       {"", "1", "32-01-2021", "29-02-2021", "29-01-21", "29-01-2021x", "29-01-2021 25:00", "29/01/2021"})
    EXPECT_TRUE(std::isnan(parsed(text, "%d-%m-%Y"))) << text;
  EXPECT_TRUE(std::isnan(parsed("13:00 PM 2021", "%I:%M %p %Y")));
}

TEST(TimeFormat, SaysWhatIsWrongWithAFormat) {
  EXPECT_EQ(time_format_complaint("%d-%m-%Y %H:%M"), "");
  EXPECT_EQ(time_format_complaint("%d-%q"),
            "has %q, need some of %Y %y %m %d %H %I %M %S %f %p %b %B %a %A %z %T %F %D %R %%");
  EXPECT_EQ(time_format_complaint("%d-%"), "ends in a lone %");
  EXPECT_EQ(time_format_complaint("DD-MM-YYYY"), "has no year: need %Y or %y, as in %d-%m-%Y");
}

}  // namespace
}  // namespace shortlist
