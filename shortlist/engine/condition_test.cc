#include "shortlist/engine/condition.h"

#include <gtest/gtest.h>

#include "shortlist/io/testing.h"

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

TEST(AttributeValues, CutsAtCommasAndTrims) {
  using Values = std::vector<std::string_view>;
  EXPECT_EQ(attribute_values("Comedy, War ,  Slice of Life"), (Values{"Comedy", "War", "Slice of Life"}));
  EXPECT_EQ(attribute_values(""), Values());
  EXPECT_EQ(attribute_values(" , ,"), Values());
}

TEST(Condition, HoldsForOneOfItsValues) {
  EXPECT_TRUE(holds({"type", Comparison::equal, {"TV", "OVA"}}, "OVA"));
  EXPECT_FALSE(holds({"type", Comparison::equal, {"TV", "OVA"}}, "Movie"));
  EXPECT_FALSE(holds({"type", Comparison::not_equal, {"TV", "OVA"}}, "OVA"));
  EXPECT_TRUE(holds({"type", Comparison::not_equal, {"TV", "OVA"}}, "Movie"));
  EXPECT_TRUE(holds({"year", Comparison::less, {"1950", "2000"}}, "1990"));
}

}  // namespace
}  // namespace shortlist
