#include "shortlist/recommend/item_filter.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/base/random.h"
#include "shortlist/recommend/condition.h"
#include "shortlist/testing/attributes.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

using Allowed = std::vector<uint8_t>;

const Items& items() {
  static const Items items{"title",
                           {"A", "B", "C", "D"},
                           {testing::attribute("genre", {"Comedy, War", "Drama", "Tragicomedy", ""}, ","),
                            testing::attribute("year", {"1990", "2001", "900", ""}),
                            testing::attribute("type", {"TV", "Movie", "TV", "OVA"})}};
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
      "where: the bundle has no attribute 'gendre'; did you mean 'genre'? (attributes: genre, year, type)");
}

TEST(ItemFilter, LeavesInOnlyWhatIsAllowed) {
  EXPECT_EQ(ItemFilter(items()).eligible({.allow = {{"B", "no such", "C"}}}), (Allowed{0, 1, 1, 0}));
  EXPECT_EQ(ItemFilter(items()).eligible({.allow = {{"B", "C"}}, .exclude = {"C"}}), (Allowed{0, 1, 0, 0}));
  EXPECT_EQ(ItemFilter(items()).eligible({.allow = std::vector<std::string>()}), (Allowed{0, 0, 0, 0}));
}

TEST(ItemFilter, NotesWhatAPersonMayNotExpect) {
  const auto notes = [](const std::string& text) {
    return ItemFilter(items()).notes({Condition::parse(text)});
  };
  using Notes = std::vector<std::string>;
  EXPECT_EQ(notes("type>3"),
            (Notes{"type>3: 'type' contains texts, which '>' compares letter by letter, not as numbers"}));
  EXPECT_EQ(notes("type=Film"), (Notes{"type=Film: no item's type is 'Film'"}));
  for (const char* usual : {"type=TV", "year>=1990", "year=2001", "genre=War", "genre~x", "title=A", "year="})
    EXPECT_EQ(notes(usual), Notes()) << usual;
  EXPECT_EQ(message_of([&] { notes("year>=abc"); }),
            "year>=abc: 'year' contains numbers, but 'abc' is not a number");
}

TEST(ItemFilter, ComparesIdsAsNumbersWhereAllAre) {
  const Items numbers{"id", {"2", "10"}, {}};
  EXPECT_EQ(ItemFilter(numbers).eligible({.where = {Condition::parse("id>9")}}), (Allowed{0, 1}));
  EXPECT_EQ(ItemFilter(numbers).eligible({.where = {Condition::parse("id=2")}}), (Allowed{1, 0}));
  const Items texts{"id", {"10", "9b"}, {}};
  EXPECT_EQ(ItemFilter(texts).eligible({.where = {Condition::parse("id>9")}}), (Allowed{0, 1}));
}

// Reference for ItemFilter: evaluates the condition item by item instead of by distinct value.
Allowed item_by_item(const Attribute& attribute, const Condition& condition) {
  const TypedCondition typed(condition, attribute);
  Allowed allowed;
  for (const AttributeValue& value : attribute.values) allowed.push_back(typed.holds(value));
  return allowed;
}

void expect_agreement(const std::vector<std::string>& texts, const std::vector<std::string>& asked,
                      std::optional<std::string> separator) {
  const RandomStream draws(1, "filter");
  uint64_t draw = 0;
  Items all{"id", {}, {}};
  std::vector<std::string> drawn;
  for (int i = 0; i < 300; ++i) {
    all.ids.push_back(fmt::format("{:03}", i));
    drawn.push_back(texts[draws.below(draw++, texts.size())]);
  }
  all.attributes = {testing::attribute("x", drawn, separator)};
  const ItemFilter filter(all);
  for (const auto& [comparison, name] : EnumNames<Comparison>::names) {
    for (const std::string& value : asked) {
      const Condition condition{"x", comparison, {value, asked[draws.below(draw++, asked.size())]}};
      SCOPED_TRACE(fmt::format("x{}{}", name, fmt::join(condition.values, "|")));
      EXPECT_EQ(filter.eligible({.where = {condition}}), item_by_item(all.attributes[0], condition));
    }
  }
}

TEST(ItemFilter, AgreesWithTheConditionItemByItem) {
  const std::vector<std::string> texts = {"",    "a",   "b",     "a, b", "b,a", "ab", "7",   "07",   "-3",
                                          "7.0", "1e1", "10, 7", " a ",  "nan", ",",  "inf", "a,, b"};
  expect_agreement(texts, texts, std::nullopt);
  expect_agreement(texts, texts, ",");
  const std::vector<std::string> numbers = {"7", "7.0", "-3", "2.5", "100", "0"};
  std::vector<std::string> with_missing = numbers;
  with_missing.insert(with_missing.end(), {"", "nan"});
  expect_agreement(with_missing, numbers, std::nullopt);
}

}  // namespace
}  // namespace shortlist
