#include "shortlist/model/attribute.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shortlist/testing/attributes.h"
#include "shortlist/testing/features.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

using testing::attribute;
using testing::texts_of;
using Texts = std::vector<std::string>;
using Values = std::vector<AttributeValue>;

TEST(Attribute, IsANumberWhereEveryTextIsAPlainOne) {
  const Attribute year = attribute("year", {"1996", "", "2001.0", "-3", "nan"});
  EXPECT_EQ(year.kind, AttributeKind::number);
  EXPECT_EQ(year.values, (Values{int64_t{1996}, {}, int64_t{2001}, int64_t{-3}, {}}));
  EXPECT_EQ(attribute("price", {"1.10", "2.25"}).values, (Values{1.1, 2.25}));
}

TEST(Attribute, IsATextWhereANumberWouldChangeIt) {
  const std::vector<Texts> codes = {{"0107", "12"},           {"1.1", "1.10"}, {"1e3", "5"},
                                    {"12345678901234567890"}, {"+5"},          {"7", "B2"}};
  for (const Texts& texts : codes) {
    EXPECT_EQ(attribute("code", texts).kind, AttributeKind::text) << texts[0];
    EXPECT_EQ(texts_of(attribute("code", texts)), texts);
  }
}

TEST(Attribute, IsAListWhereThatIsDeclaredOrPlain) {
  EXPECT_EQ(attribute("genres", {"War|Drama", ""}, "|").values, (Values{Texts{"War", "Drama"}, {}}));
  EXPECT_EQ(attribute("genres", {"['War', 'Drama']", "[]"}).values, (Values{Texts{"War", "Drama"}, {}}));
  EXPECT_EQ(attribute("title", {"Monsters, Inc."}).values, (Values{"Monsters, Inc."}));
  const Column lists = testing::list_column(testing::integer_column({7, 5}), {0, 2, 2});
  EXPECT_EQ(read_attribute({.name = "x"}, lists).values, (Values{Texts{"7", "5"}, {}}));
}

TEST(Attribute, IsATimeWhereEveryTextIs) {
  const Attribute days = attribute("day", {"2021-01-29", "", "2021-02-01"});
  EXPECT_EQ(days.kind, AttributeKind::time);
  EXPECT_EQ(texts_of(days), (Texts{"2021-01-29", "", "2021-02-01"}));
  EXPECT_EQ(texts_of(attribute("day", {"2021-01-29", "2021-02-01T07:01Z"})),
            (Texts{"2021-01-29 00:00:00", "2021-02-01 07:01:00"}));
  const AttributeForm declared{
      .name = "day", .kind = AttributeKind::time, .times = {.unit = TimeUnit::milliseconds}};
  EXPECT_EQ(texts_of(read_attribute(declared, {"1611878400000"})), (Texts{"2021-01-29"}));
}

TEST(Attribute, IsATextWhereADateIsAPlaceholder) {
  EXPECT_EQ(attribute("end", {"2021-01-29", "9999-12-31"}).kind, AttributeKind::text);
}

TEST(Attribute, TakesADeclaredKind) {
  EXPECT_EQ(read_attribute({.name = "x", .kind = AttributeKind::text}, {"1996"}).values, (Values{"1996"}));
  EXPECT_EQ(read_attribute({.name = "x", .kind = AttributeKind::number}, {"1e3"}).values,
            (Values{int64_t{1000}}));
  EXPECT_EQ(message_of([] {
              read_attribute({.name = "x", .kind = AttributeKind::number}, {"1", "B2"});
            }),
            "row 2: 'B2' is not a number");
}

TEST(Attribute, ComesBackFromJson) {
  for (const Attribute& saved : {attribute("a", {"x", ""}), attribute("b", {"1", "2.5", ""}),
                                 attribute("c", {"x|y", ""}, "|"), attribute("d", {"2021-01-29", ""})}) {
    const Attribute read = attribute_from_json(nlohmann::json::parse(attribute_to_json(saved).dump()), {});
    EXPECT_EQ(read.name, saved.name);
    EXPECT_EQ(read.kind, saved.kind);
    EXPECT_EQ(read.separator, saved.separator);
    EXPECT_EQ(read.values, saved.values);
    EXPECT_EQ(texts_of(read), texts_of(saved));
  }
}

TEST(Attribute, OfAnOlderBundleIsReadFromItsTexts) {
  const nlohmann::json old = {{"name", "genres"}, {"values", {"War|Drama", ""}}};
  EXPECT_EQ(attribute_from_json(old, {.name = "genres", .separator = "|"}).values,
            (Values{Texts{"War", "Drama"}, {}}));
  const nlohmann::json commas = {{"name", "genres"}, {"values", {"War, Drama", "Drama"}}};
  EXPECT_EQ(attribute_from_json(commas, {.name = "genres"}).values,
            (Values{Texts{"War", "Drama"}, Texts{"Drama"}}));
}

}  // namespace
}  // namespace shortlist
