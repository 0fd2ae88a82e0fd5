#include "shortlist/features/list_values.h"

#include <gtest/gtest.h>

#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using Texts = std::vector<std::string>;

Texts values_of(std::string_view text, std::string_view separator = ",") {
  Texts values;
  each_list_value(text, separator, 6, [&](std::string_view value) { values.emplace_back(value); });
  return values;
}

std::string complaint(std::string_view text) {
  return testing::message_of([&] { values_of(text); });
}

TEST(ListValues, AreCutAtTheSeparator) {
  EXPECT_EQ(values_of("Comedy, War ,  Slice of Life"), (Texts{"Comedy", "War", "Slice of Life"}));
  EXPECT_EQ(values_of(" , ,"), Texts());
  EXPECT_EQ(values_of("a, b|c", "|"), (Texts{"a, b", "c"}));
  EXPECT_EQ(values_of("a||b", "||"), (Texts{"a", "b"}));
}

TEST(ListValues, AreReadFromBracketsWhateverTheSeparator) {
  for (const char* separator : {",", "|"}) {
    EXPECT_EQ(values_of("['Action', 'Comedy']", separator), (Texts{"Action", "Comedy"}));
    EXPECT_EQ(values_of(R"(["Film Noir", "Sci-Fi, old"])", separator), (Texts{"Film Noir", "Sci-Fi, old"}));
    EXPECT_EQ(values_of("['a' 'b'\n 'c']", separator), (Texts{"a", "b", "c"}));  // NumPy
    EXPECT_EQ(values_of("('a', 'b')", separator), (Texts{"a", "b"}));
    EXPECT_EQ(values_of("('a',)", separator), (Texts{"a"}));
    EXPECT_EQ(values_of("{'a', 'b'}", separator), (Texts{"a", "b"}));
    EXPECT_EQ(values_of(" [] ", separator), Texts());
  }
}

TEST(ListValues, KeepNumbersAndDropWhatIsMissing) {
  EXPECT_EQ(values_of("[1, 2.0, -3, 1.50, 12345678901234567890]"),
            (Texts{"1", "2", "-3", "1.5", "12345678901234567890"}));
  EXPECT_EQ(values_of("['a', None, null, nan, '', ' ', True]"), (Texts{"a", "True"}));
}

TEST(ListValues, HaveTheirEscapesTakenAway) {
  EXPECT_EQ(values_of(R"(['It\'s', "a \"b\"", 'c\\d', '\x41\u00e9', '\d'])"),
            (Texts{"It's", "a \"b\"", "c\\d", "A\u00e9", "\\d"}));
  EXPECT_EQ(values_of(R"(["\ud83d\ude00"])"), (Texts{"\U0001F600"}));
}

TEST(ListValues, LeaveBracketsThatAreNoListAlone) {
  EXPECT_EQ(values_of("[REC]"), (Texts{"[REC]"}));
  EXPECT_EQ(values_of("[REC], [REC 2]"), (Texts{"[REC]", "[REC 2]"}));
  EXPECT_EQ(values_of("(500) Days, (of Summer)"), (Texts{"(500) Days", "(of Summer)"}));
  EXPECT_EQ(values_of("[2001]: A Space [Odyssey]"), (Texts{"[2001]: A Space [Odyssey]"}));
  EXPECT_EQ(values_of("['a"), (Texts{"['a"}));
}

TEST(ListValues, RefuseToGuess) {
  const std::string advice = complaint(R"([{"id": 16, "name": "Horror"}, {"id": 14}])");
  EXPECT_TRUE(advice.starts_with(
      "row 7: '[{\"id\": 16, \"name\": \"Horror\"}, {\"id\": 14...' contains objects; need a list of values"))
      << advice;
  EXPECT_NE(complaint("{'id': 16}").find("contains objects"), std::string::npos);
  EXPECT_NE(complaint("[['a'], ['b']]").find("is a list of lists"), std::string::npos);
  EXPECT_NE(complaint("[Drama, Film Noir]").find("whose values are not in quotes"), std::string::npos);
}

TEST(ListValues, AreReadBackFromBracketsExactly) {
  const Texts odd = {"a, b", "It's", "\"", "\\", "[x]", "é", "\n"};
  EXPECT_EQ(values_of(bracketed_list({"a, b", "It's", "\"", "\\", "[x]", "é", "7"})),
            (Texts{"a, b", "It's", "\"", "\\", "[x]", "é", "7"}));
  EXPECT_TRUE(is_bracketed_list(bracketed_list(odd)));
  EXPECT_FALSE(is_bracketed_list("Drama, War"));
}

}  // namespace
}  // namespace shortlist
