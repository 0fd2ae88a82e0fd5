#include "shortlist/train/table_times.h"

#include <gtest/gtest.h>

#include "shortlist/features/time.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::text_column;
using Texts = std::vector<std::string_view>;

FeatureConfig time_feature(const TimeSettings& settings = {}) {
  return {.name = "at", .column = "at", .settings = std::make_shared<SettingsOf<TimeSettings>>(settings)};
}

TimeForm form_of(const std::string& date_format, const Texts& texts, const TimeSettings& settings = {}) {
  FeatureConfig feature = time_feature(settings);
  use_table_format(date_format, text_column(texts), feature);
  return dynamic_cast<const SettingsOf<TimeSettings>&>(*feature.settings).settings().declared();
}

TEST(TableTimes, AFeatureRemembersTheTablesFormat) {
  EXPECT_EQ(form_of("%d.%m.%Y", {"2021-01-31T00:00:00", ""}).format, "%d.%m.%Y");
  EXPECT_EQ(form_of("%d.%m.%Y", {"31.01.2021", "2021-02-01"}).format, "%d.%m.%Y");
  EXPECT_EQ(form_of("", {"2021-01-31"}), TimeForm());
}

TEST(TableTimes, OtherColumnsKeepTheirOwnForm) {
  EXPECT_EQ(form_of("%d.%m.%Y", {"1600000000"}), TimeForm());
  EXPECT_EQ(form_of("%d.%m.%Y", {"2021/01/31"}), TimeForm());
  EXPECT_EQ(form_of("%d.%m.%Y", {"", " "}), TimeForm());
  EXPECT_EQ(form_of("%d.%m.%Y", {"2021-01-31"}, {.unit = TimeUnit::seconds}),
            (TimeForm{.unit = TimeUnit::seconds}));
  EXPECT_EQ(form_of("%d.%m.%Y", {"2021-01-31"}, {.format = "%m/%d/%Y"}), (TimeForm{.format = "%m/%d/%Y"}));
}

TEST(TableTimes, AFormatMustNotChangeWhatIsInIso) {
  EXPECT_EQ(form_of("%Y-%d-%m", {"2021-01-31"}), TimeForm());
  EXPECT_EQ(form_of("%Y-%m-%d", {"2021-01-31"}).format, "%Y-%m-%d");
}

AttributeForm attribute_of(AttributeForm form, const Texts& texts) {
  use_table_format("%d.%m.%Y", text_column(texts), form);
  return form;
}

TEST(TableTimes, AnAttributeInTheTablesFormatIsATime) {
  const AttributeForm form = attribute_of({.name = "released"}, {"31.01.2021", "01.02.2021"});
  EXPECT_EQ(form.kind, AttributeKind::time);
  EXPECT_EQ(form.times.format, "%d.%m.%Y");
  EXPECT_EQ(attribute_of({.name = "released"}, {"31.01.2021", "soon"}).kind, std::nullopt);
  EXPECT_EQ(attribute_of({.name = "released"}, {"31.01.2021", "31.12.9999"}).kind, std::nullopt);
  EXPECT_EQ(attribute_of({.name = "released", .kind = AttributeKind::text}, {"31.01.2021"}).kind,
            AttributeKind::text);
}

}  // namespace
}  // namespace shortlist
