#include "shortlist/features/text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::bags;
using testing::Bags;
using testing::fit;
using testing::kNull;
using testing::text_column;
using testing::tokens;
using Texts = std::vector<std::string_view>;
using Tokens = std::vector<std::string>;

Tokens words(std::string_view text, Standardize standardize, int ngrams = 1) {
  Tokens all;
  Tokenizer(standardize, ngrams).tokenize(text, [&](std::string_view token) { all.emplace_back(token); });
  return all;
}

TEST(Text, LowersAsciiAndRemovesPunctuation) {
  EXPECT_EQ(words(" Spider-Man,  L.A.\t\xc3\x80 ... ", Standardize::lower_and_strip_punctuation),
            (Tokens{"spiderman", "la", "\xc3\x80"}));
  EXPECT_EQ(words("A-b  c", Standardize::none), (Tokens{"A-b", "c"}));
}

TEST(Text, UnicodeModeFoldsCaseAndSplitsAtAllWhiteSpace) {
  EXPECT_EQ(words("ÀÉ «Straße» Ｆｕｌｌ\u00a0ﬁn— 東京!", Standardize::unicode),
            (Tokens{"àé", "strasse", "full", "fin", "東京"}));
  EXPECT_EQ(words("e\u0301 = \u00e9", Standardize::unicode), (Tokens{"\u00e9", "\u00e9"}));
}

TEST(Text, KeepsInvalidUtf8InEveryMode) {
  for (const Standardize mode :
       {Standardize::lower_and_strip_punctuation, Standardize::unicode, Standardize::none}) {
    EXPECT_EQ(words("\xff\xc3 ok\xe2\x82", mode), (Tokens{"\xff\xc3", "ok\xe2\x82"}));
  }
}

TEST(Text, HandsOverWordsThenPairsThenTriples) {
  EXPECT_EQ(words("a  b c", Standardize::none, 3), (Tokens{"a", "b", "c", "a b", "b c", "a b c"}));
  EXPECT_EQ(words("a", Standardize::none, 3), (Tokens{"a"}));
}

TEST(Text, HandsOverNoLongerRunsThanThereAreWords) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(words("a b", Standardize::none, std::numeric_limits<int>::max()), (Tokens{"a", "b", "a b"}));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(Text, ReservesMaxTokensUnlessToldNotTo) {
  const Column column = text_column(Texts{"b a", "c a"});
  EXPECT_EQ(fit("text", column)->id_count(), 5);
  EXPECT_EQ(fit("text", column, {{"max_tokens", 10}})->id_count(), 10);
  EXPECT_EQ(fit("text", column, {{"max_tokens", 10}, {"rows", "vocabulary"}})->id_count(), 5);
  EXPECT_EQ(tokens(*fit("text", column, {{"max_tokens", 4}})), (Tokens{"", "[UNK]", "a", "c"}));
}

TEST(Text, CountsOnceForEachDifferentTextWhenAsked) {
  const Column column = text_column(Texts{"a", "a", "a", "b", "b c"});
  EXPECT_EQ(tokens(*fit("text", column)), (Tokens{"", "[UNK]", "a", "b", "c"}));
  EXPECT_EQ(tokens(*fit("text", column, {{"fit_on", "unique"}})), (Tokens{"", "[UNK]", "b", "c", "a"}));
}

TEST(Text, DropsUnknownWordsWhenAskedAndCountsThem) {
  const Column column = text_column(Texts{"a"});
  uint64_t unseen = 0;
  EXPECT_EQ(bags(*fit("text", column), text_column(Texts{"x a y"}), &unseen), (Bags{{1, 2, 1}}));
  EXPECT_EQ(unseen, 2u);
  EXPECT_EQ(bags(*fit("text", column, {{"unknown", "drop"}}), text_column(Texts{"x a y"})), (Bags{{2}}));
}

TEST(Text, TreatsMissingTextAsDeclared) {
  const Column column = text_column(Texts{"a", kNull, ""});
  EXPECT_EQ(bags(*fit("text", column), column), (Bags{{2}, {}, {}}));
  EXPECT_EQ(bags(*fit("text", column, {{"missing", "oov"}}), column), (Bags{{2}, {1}, {}}));
  const auto strict = fit("text", column, {{"missing", "error"}});
  EXPECT_EQ(testing::message_of([&] { bags(*strict, column); }), "row 2: the value is missing");
}

TEST(Text, TakesAMillionCharacterCell) {
  const std::string cell(1'000'000, 'x');
  const Column column = text_column(Texts{cell});
  EXPECT_EQ(bags(*fit("text", column, {{"standardize", "unicode"}}), column), (Bags{{2}}));
}

TEST(Text, RejectsSettingsThatDoNotHoldTogether) {
  EXPECT_EQ(testing::message_of([] {
              testing::config("text", {{"max_tokens", 2}});
            }),
            "a.toml:7: features.x.max_tokens: got 2, need 3 to 1000000000");
  EXPECT_EQ(testing::message_of([] {
              testing::config("text", {{"rows", "max_tokens"}});
            }),
            "a.toml:7: features.x.rows: \"max_tokens\" needs the setting max_tokens");
}

}  // namespace
}  // namespace shortlist
