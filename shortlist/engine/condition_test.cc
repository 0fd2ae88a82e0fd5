#include "shortlist/engine/condition.h"

#include <gtest/gtest.h>

#include "shortlist/io/testing.h"

namespace shortlist {
namespace {

using Allowed = std::vector<uint8_t>;

const Items& items() {
  static const Items items{"title",
                           {"A", "B", "C", "D"},
                           {"genre", "year", "type"},
                           {{"Comedy, War", "Drama", "Tragicomedy", ""},
                            {"1990", "2001", "900", ""},
                            {"TV", "Movie", "TV", "OVA"}}};
  return items;
}

Allowed allowed(const std::vector<std::string>& where, const std::vector<std::string>& exclude = {}) {
  RecommendOptions options;
  options.exclude = exclude;
  for (const std::string& text : where) options.where.push_back(Condition::parse(text));
  return allowed_items(items(), options);
}

std::string parsed(const std::string& text) {
  const Condition c = Condition::parse(text);
  return c.attribute + "|" + c.comparison + "|" + c.value;
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

TEST(AllowedItems, IsEmptyWhenEverythingIsAllowed) { EXPECT_EQ(allowed({}), Allowed()); }

TEST(AllowedItems, EqualsAnyOfSeveralValuesOrTheWhole) {
  EXPECT_EQ(allowed({"genre=War"}), (Allowed{1, 0, 0, 0}));
  EXPECT_EQ(allowed({"genre=Comedy, War"}), (Allowed{1, 0, 0, 0}));
  EXPECT_EQ(allowed({"genre!=War"}), (Allowed{0, 1, 1, 1}));
  EXPECT_EQ(allowed({"genre="}), (Allowed{0, 0, 0, 1}));
}

TEST(AllowedItems, ContainsAnyPartOfTheText) { EXPECT_EQ(allowed({"genre~omedy"}), (Allowed{1, 0, 1, 0})); }

TEST(AllowedItems, ComparesNumbersAsNumbersAndLeavesMissingOnesOut) {
  EXPECT_EQ(allowed({"year>=1990"}), (Allowed{1, 1, 0, 0}));
  EXPECT_EQ(allowed({"year>1990"}), (Allowed{0, 1, 0, 0}));
  EXPECT_EQ(allowed({"year<=1990"}), (Allowed{1, 0, 1, 0}));
  EXPECT_EQ(allowed({"year<1990"}), (Allowed{0, 0, 1, 0}));
  EXPECT_EQ(allowed({"type>=OVA"}), (Allowed{1, 0, 1, 1}));
}

TEST(AllowedItems, WantsAllConditionsAndNoExcludedId) {
  EXPECT_EQ(allowed({"type=TV", "year>=1000"}), (Allowed{1, 0, 0, 0}));
  EXPECT_EQ(allowed({"type=TV"}, {"A", "no such"}), (Allowed{0, 0, 1, 0}));
  EXPECT_EQ(allowed({}, {"A", "D"}), (Allowed{0, 1, 1, 0}));
  EXPECT_EQ(allowed({"title!=C"}), (Allowed{1, 1, 0, 1}));
}

TEST(AllowedItems, NamesTheAttributesThereAre) {
  EXPECT_EQ(
      message_of([] { allowed({"gendre=War"}); }),
      "where: the bundle keeps no attribute 'gendre'; did you mean 'genre'? (it keeps: genre, year, type)");
}

}  // namespace
}  // namespace shortlist
