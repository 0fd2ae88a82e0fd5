#include "shortlist/engine/item_filter.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/base/random.h"
#include "shortlist/engine/condition.h"
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
  return ItemFilter(items()).eligible(options);
}

TEST(ItemFilter, IsEmptyWhenEverythingIsAllowed) { EXPECT_EQ(allowed({}), Allowed()); }

TEST(ItemFilter, EqualsAnyOfSeveralValuesOrTheWhole) {
  EXPECT_EQ(allowed({"genre=War"}), (Allowed{1, 0, 0, 0}));
  EXPECT_EQ(allowed({"genre=Comedy, War"}), (Allowed{1, 0, 0, 0}));
  EXPECT_EQ(allowed({"genre!=War"}), (Allowed{0, 1, 1, 1}));
  EXPECT_EQ(allowed({"genre="}), (Allowed{0, 0, 0, 1}));
}

TEST(ItemFilter, ContainsAnyPartOfTheText) { EXPECT_EQ(allowed({"genre~omedy"}), (Allowed{1, 0, 1, 0})); }

TEST(ItemFilter, ComparesNumbersAsNumbersAndLeavesMissingOnesOut) {
  EXPECT_EQ(allowed({"year>=1990"}), (Allowed{1, 1, 0, 0}));
  EXPECT_EQ(allowed({"year>1990"}), (Allowed{0, 1, 0, 0}));
  EXPECT_EQ(allowed({"year<=1990"}), (Allowed{1, 0, 1, 0}));
  EXPECT_EQ(allowed({"year<1990"}), (Allowed{0, 0, 1, 0}));
  EXPECT_EQ(allowed({"type>=OVA"}), (Allowed{1, 0, 1, 1}));
}

TEST(ItemFilter, WantsAllConditionsAndNoExcludedId) {
  EXPECT_EQ(allowed({"type=TV", "year>=1000"}), (Allowed{1, 0, 0, 0}));
  EXPECT_EQ(allowed({"type=TV"}, {"A", "no such"}), (Allowed{0, 0, 1, 0}));
  EXPECT_EQ(allowed({}, {"A", "D"}), (Allowed{0, 1, 1, 0}));
  EXPECT_EQ(allowed({"title!=C"}), (Allowed{1, 1, 0, 1}));
}

TEST(ItemFilter, NamesTheAttributesThereAre) {
  EXPECT_EQ(
      message_of([] { allowed({"gendre=War"}); }),
      "where: the bundle keeps no attribute 'gendre'; did you mean 'genre'? (it keeps: genre, year, type)");
}

TEST(ItemFilter, LeavesInOnlyWhatIsAllowed) {
  EXPECT_EQ(ItemFilter(items()).eligible({.allow = {{"B", "no such", "C"}}}), (Allowed{0, 1, 1, 0}));
  EXPECT_EQ(ItemFilter(items()).eligible({.allow = {{"B", "C"}}, .exclude = {"C"}}), (Allowed{0, 1, 0, 0}));
  EXPECT_EQ(ItemFilter(items()).eligible({.allow = std::vector<std::string>()}), (Allowed{0, 0, 0, 0}));
}

// What ItemFilter does with distinct values, item by item.
Allowed item_by_item(const Items& all, const Condition& condition) {
  const auto at = std::ranges::find(all.attribute_names, condition.attribute);
  const auto& texts =
      at == all.attribute_names.end() ? all.ids : all.attributes[at - all.attribute_names.begin()];
  Allowed allowed;
  for (const std::string& text : texts) allowed.push_back(holds(condition, text));
  return allowed;
}

TEST(ItemFilter, AgreesWithTheConditionItemByItem) {
  constexpr const char* kTexts[] = {"",    "a",   "b",     "a, b", "b,a", "ab", "7",   "07",   "-3",
                                    "7.0", "1e1", "10, 7", " a ",  "nan", ",",  "inf", "a,, b"};
  const RandomStream draws(1, "filter");
  uint64_t draw = 0;
  Items all{"id", {}, {"x", "y"}, {{}, {}}};
  for (int i = 0; i < 300; ++i) {
    all.ids.push_back(fmt::format("{:03}", i));
    for (auto& texts : all.attributes) texts.push_back(kTexts[draws.below(draw++, std::size(kTexts))]);
  }
  const ItemFilter filter(all);
  for (const auto& [comparison, name] : EnumNames<Comparison>::names) {
    for (const char* attribute : {"x", "y", "id"}) {
      for (const char* value : kTexts) {
        const Condition condition{
            attribute, comparison, {value, kTexts[draws.below(draw++, std::size(kTexts))]}};
        SCOPED_TRACE(fmt::format("{}{}{}", attribute, name, fmt::join(condition.values, "|")));
        EXPECT_EQ(filter.eligible({.where = {condition}}), item_by_item(all, condition));
      }
    }
  }
}

}  // namespace
}  // namespace shortlist
