#include "shortlist/features/category.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::bags;
using testing::Bags;
using testing::fit;
using testing::integer_column;
using testing::kNull;
using testing::message_of;
using testing::number_column;
using testing::text_column;
using testing::tokens;
using Texts = std::vector<std::string_view>;
using Tokens = std::vector<std::string>;

const Texts kTypes = {"TV", "OVA", "TV", "Movie", "OVA", "TV"};

TEST(Category, GivesUnseenValuesTheFirstIdAndCountsThem) {
  const auto feature = fit("category", text_column(kTypes));
  EXPECT_EQ(feature->id_count(), 4);
  uint64_t unseen = 0;
  EXPECT_EQ(bags(*feature, text_column(Texts{"Movie", "OVA", "TV", "tv", ""}), &unseen),
            (Bags{{1}, {2}, {3}, {0}, {0}}));
  EXPECT_EQ(unseen, 2u);
}

TEST(Category, OrdersByFrequencyAndThenBytesDescending) {
  const auto feature = fit("category", text_column(Texts{"a", "b", "c", "c"}), {{"order", "frequency"}});
  EXPECT_EQ(tokens(*feature), (Tokens{"[UNK]", "c", "b", "a"}));
}

TEST(Category, KeepsTheMostFrequentInTheOrderAskedFor) {
  EXPECT_EQ(tokens(*fit("category", text_column(kTypes), {{"max_tokens", 3}})),
            (Tokens{"[UNK]", "OVA", "TV"}));
  EXPECT_EQ(tokens(*fit("category", text_column(kTypes), {{"minimum_count", 3}})), (Tokens{"[UNK]", "TV"}));
}

TEST(Category, TakesIntegersAndWholeNumbersByTheirDecimalText) {
  const auto feature = fit("category", integer_column({10, 9, -1}));
  EXPECT_EQ(tokens(*feature), (Tokens{"[UNK]", "-1", "10", "9"}));
  EXPECT_EQ(bags(*feature, number_column({9.0, 10.0, 9.5, -0.0})), (Bags{{3}, {2}, {0}, {0}}));
  EXPECT_EQ(bags(*feature, text_column(Texts{"9", "9.0"})), (Bags{{3}, {0}}));
}

TEST(Category, TreatsMissingValuesAsDeclared) {
  const Column column = text_column(Texts{"a", kNull});
  EXPECT_EQ(bags(*fit("category", column), column), (Bags{{1}, {0}}));
  EXPECT_EQ(bags(*fit("category", column, {{"missing", "empty"}}), column), (Bags{{1}, {}}));
  const auto with_token = fit("category", column, {{"missing", "token"}});
  EXPECT_EQ(bags(*with_token, column), (Bags{{1}, {2}}));
  EXPECT_EQ(tokens(*with_token), (Tokens{"[UNK]", "a", "[missing]"}));
  const auto strict = fit("category", column, {{"missing", "error"}});
  EXPECT_EQ(message_of([&] { bags(*strict, column); }), "row 2: the value is missing");
  EXPECT_EQ(bags(*fit("category", column), number_column({NAN, INFINITY})), (Bags{{0}, {0}}));
}

TEST(Category, WithoutBucketsGivesUnseenValuesNoId) {
  const auto feature = fit("category", text_column(kTypes), {{"oov_buckets", 0}});
  EXPECT_EQ(bags(*feature, text_column(Texts{"Movie", "?", kNull})), (Bags{{0}, {}, {}}));
}

TEST(Category, StaysWithoutOffsetsWhileEveryRowHasOneId) {
  const auto feature = fit("category", text_column(kTypes), {{"missing", "empty"}});
  EncodedColumn out;
  feature->encode(text_column(kTypes), out);
  EXPECT_TRUE(out.offsets.empty());
  feature->encode(text_column(Texts{kNull, "TV"}), out);
  EXPECT_EQ(out.offsets, (std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6, 6, 7}));
}

TEST(Category, KeepsInvalidUtf8AsBytes) {
  const auto feature = fit("category", text_column(Texts{"\xff\xfe", "a"}));
  const std::string text = feature->to_json().dump();
  const auto again = CategorySettings::load(nlohmann::json::parse(text));
  EXPECT_EQ(bags(*again, text_column(Texts{"\xff\xfe", "a"})), (Bags{{2}, {1}}));
}

TEST(Category, RejectsSettingsThatDoNotHoldTogether) {
  EXPECT_EQ(message_of([] {
              testing::config("category", {{"order", "given"}});
            }),
            "a.toml:7: features.x.vocabulary: order = \"given\" and a vocabulary can only be used together");
  EXPECT_EQ(message_of([] {
              testing::config("category", {{"order", "given"}, {"vocabulary", {"a", "a"}}});
            }),
            "a.toml:7: features.x.vocabulary: 'a' is listed twice");
  EXPECT_EQ(message_of([] {
              testing::config("category", {{"max_tokens", 1}});
            }),
            "a.toml:7: features.x.max_tokens: need more than oov_buckets (1)");
}

TEST(Category, RejectsLists) {
  const auto feature = fit("category", text_column(kTypes));
  EXPECT_EQ(message_of([&] {
              bags(*feature, testing::list_column(integer_column({1}), {0, 1}));
            }),
            "row 1: got a list, need one value (the kinds categories and vector take lists)");
}

}  // namespace
}  // namespace shortlist
