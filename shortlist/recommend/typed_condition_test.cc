#include "shortlist/recommend/typed_condition.h"

#include <gtest/gtest.h>

#include "shortlist/features/cell.h"
#include "shortlist/testing/attributes.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

std::string parsed(const std::string& text) {
  const Condition c = Condition::parse(text);
  return c.attribute + "|" + std::string(enum_name(c.comparison)) + "|" + c.values.at(0);
}

TEST(Condition, ReadsEachComparison) {
  EXPECT_EQ(parsed("type=TV"), "type|=|TV");
  EXPECT_EQ(parsed("type!=TV"), "type|!=|TV");
  EXPECT_EQ(parsed("year>=1990"), "year|>=|1990");
  EXPECT_EQ(parsed("year<=1990"), "year|<=|1990");
  EXPECT_EQ(parsed("year>1990"), "year|>|1990");
  EXPECT_EQ(parsed("year<1990"), "year|<|1990");
  EXPECT_EQ(parsed("genre~Com"), "genre|~|Com");
}

TEST(Condition, EndsTheAttributeAtTheFirstComparison) {
  EXPECT_EQ(parsed("title=a>=b"), "title|=|a>=b");
  EXPECT_EQ(parsed("title~a=b"), "title|~|a=b");
  EXPECT_EQ(parsed("type="), "type|=|");
}

TEST(Condition, RejectsWhatIsNone) {
  for (const std::string text : {"type", "", "=TV"})
    EXPECT_EQ(message_of([&] { Condition::parse(text); }),
              "'" + text + "': need a condition such as type=TV, type!=TV, year>=1990 or genre~Com");
}

bool holds(const Condition& condition, const Attribute& attribute) {
  return TypedCondition(condition, attribute).holds(attribute.values.at(0));
}

TEST(Condition, HoldsForOneOfItsValues) {
  const Attribute type = testing::attribute("type", {"OVA"});
  EXPECT_TRUE(holds({"type", Comparison::equal, {"TV", "OVA"}}, type));
  EXPECT_FALSE(holds({"type", Comparison::equal, {"TV", "Movie"}}, type));
  EXPECT_FALSE(holds({"type", Comparison::not_equal, {"TV", "OVA"}}, type));
  EXPECT_TRUE(holds({"type", Comparison::not_equal, {"TV", "Movie"}}, type));
  EXPECT_TRUE(holds({"year", Comparison::less, {"1950", "2000"}}, testing::attribute("year", {"1990"})));
}

bool holds(const std::string& condition, const Attribute& attribute) {
  return holds(Condition::parse(condition), attribute);
}

TEST(Condition, ComparesNumbersExactly) {
  const Attribute big = testing::attribute("n", {"9007199254740993"});  // 2^53 + 1
  EXPECT_TRUE(holds("n>9007199254740992", big));
  EXPECT_FALSE(holds("n=9007199254740992", big));
  const Attribute price = testing::attribute("n", {"2.50"});
  EXPECT_TRUE(holds("n=2.5", price));
  EXPECT_TRUE(holds("n>2", price));
  EXPECT_TRUE(holds("n=1.0", testing::attribute("n", {"1"})));
}

TEST(Condition, ComparesInstantsHoweverTheyAreWritten) {
  AttributeForm form{.name = "t", .kind = AttributeKind::time, .times = {.format = "%d.%m.%Y"}};
  const Attribute time = read_attribute(form, {"29.01.2021"});
  EXPECT_TRUE(holds("t=2021-01-29", time));
  EXPECT_TRUE(holds("t<30.01.2021 07:00", time));
  EXPECT_FALSE(holds("t>2021-01-29T00:00:00Z", time));
}

TEST(Condition, LooksIntoLists) {
  const Attribute genres = testing::attribute("g", {"War|Drama, old"}, "|");
  EXPECT_TRUE(holds("g=War", genres));
  EXPECT_TRUE(holds("g=Drama, old", genres));
  EXPECT_FALSE(holds("g=Drama", genres));
  EXPECT_TRUE(holds("g=War|Drama, old", genres));
  EXPECT_TRUE(holds("g=[\"War\", \"Drama, old\"]", genres));
  EXPECT_FALSE(holds("g!=War", genres));
  EXPECT_TRUE(holds("g~rama", genres));
}

TEST(Condition, IsNeverFulfilledInOrderByAMissingNumber) {
  for (const char* missing : {"", "nan", "NaN", "inf"}) {
    const Attribute year = read_attribute({.name = "y", .kind = AttributeKind::number}, {missing});
    for (const char* condition : {"y>=2000", "y<=2000", "y>0", "y<9999", "y=2000"})
      EXPECT_FALSE(holds(condition, year)) << condition << " of '" << missing << "'";
    EXPECT_TRUE(holds("y!=2000", year));
    EXPECT_TRUE(holds("y=", year));
  }
}

TEST(Condition, NeedsAValueOfTheAttributesKind) {
  const Attribute year = testing::attribute("year", {"1990"}),
                  day = testing::attribute("day", {"2021-01-29"});
  EXPECT_EQ(message_of([&] { holds("year>=abc", year); }),
            "year>=abc: 'year' contains numbers, but 'abc' is not a number");
  EXPECT_EQ(message_of([&] { holds("year<nan", year); }), "year<nan: 'year' contains numbers, but got 'nan'");
  EXPECT_EQ(message_of([&] { holds("year>", year); }), "year>: 'year' contains numbers, but got ''");
  EXPECT_TRUE(message_of([&] {
                holds("day>soon", day);
              }).starts_with("day>soon: 'day' contains times, but 'soon' is not a time"));
  EXPECT_TRUE(holds("year~99", year));
}

}  // namespace
}  // namespace shortlist
