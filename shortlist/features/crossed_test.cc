#include "shortlist/features/crossed.h"

#include <gtest/gtest.h>

#include "shortlist/features/cell.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::kNull;
using testing::message_of;
using testing::text_column;
using Texts = std::vector<std::string_view>;

std::shared_ptr<const Feature> crossed(nlohmann::json settings) {
  settings["columns"] = {"genre", "country"};
  return testing::config("crossed", settings).settings->make_fit()->finish();
}

testing::Bags bags(const Feature& feature, const Column& first, const Column& second) {
  const std::vector<const Column*> columns = {&first, &second};
  EncodedColumn out;
  feature.encode_rows(columns, out);
  testing::Bags rows;
  for (size_t row = 0; row < first.rows; ++row) rows.emplace_back(out.bag(row).begin(), out.bag(row).end());
  return rows;
}

TEST(Crossed, GivesEachCombinationABucket) {
  const auto feature = crossed({{"buckets", 1'000'000}});
  const auto ids =
      bags(*feature, text_column(Texts{"a", "a", "b", "a"}), text_column(Texts{"x", "y", "x", "x"}));
  EXPECT_EQ(feature->id_count(), 1'000'000);
  EXPECT_EQ(ids[0], ids[3]);
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_NE(ids[0], ids[2]);
}

TEST(Crossed, HashesIntegersAlikeInTextsAndNumbers) {
  const auto feature = crossed({{"buckets", 1'000'000}});
  const Column texts = text_column(Texts{"a", "b"});
  EXPECT_EQ(bags(*feature, texts, testing::integer_column({-5, 12})),
            bags(*feature, texts, text_column(Texts{"-5", "12"})));
}

TEST(Crossed, TreatsARowWithAMissingValueAsDeclared) {
  const Column first = text_column(Texts{kNull, "a"}), second = text_column(Texts{"x", kNull});
  EXPECT_EQ(bags(*crossed({{"buckets", 7}}), first, second), (testing::Bags{{}, {}}));
  const auto with_token = crossed({{"buckets", 7}, {"missing", "token"}});
  EXPECT_EQ(bags(*with_token, first, second), (testing::Bags{{7}, {7}}));
  EXPECT_EQ(with_token->token(7), "[missing]");
  EXPECT_EQ(message_of([&] {
              bags(*crossed({{"missing", "error"}}), first, second);
            }),
            "row 1: the value is missing");
}

TEST(Crossed, ReadsAllOfItsColumnsInAMap) {
  const FeatureConfig config =
      testing::config("crossed", {{"columns", {"genre", "country"}}, {"buckets", 50}});
  EXPECT_EQ(config.column, "genre");
  const std::vector<FeatureConfig> configs = {config};
  const FeatureMap fitted = FeatureMapFit(configs).finish();
  const FeatureMap map = FeatureMap::from_json(fitted.to_json());
  EXPECT_EQ(map.columns(), (std::vector<std::string>{"genre", "country"}));
  EncodedRows rows;
  map.encode(std::vector<Column>{text_column(Texts{"a"}), text_column(Texts{"x"})}, rows);
  EXPECT_EQ(rows.columns[0].ids,
            bags(*fitted[0].feature, text_column(Texts{"a"}), text_column(Texts{"x"}))[0]);
}

TEST(Crossed, RejectsWhatIsNoCross) {
  EXPECT_EQ(message_of([] {
              testing::config("crossed", {{"columns", {"a"}}});
            }),
            "a.toml:7: features.x.columns: got 1 columns, need the names of two or more");
  EXPECT_EQ(message_of([] {
              testing::config("crossed", {{"columns", {"a", "a"}}});
            }),
            "a.toml:7: features.x.columns: need different names");
  EXPECT_EQ(message_of([] {
              testing::config("crossed", {{"columns", {"a", "b"}}, {"column", "a"}});
            }),
            "a.toml:7: features.x.column: the feature reads several columns: list them in columns");
  const auto feature = crossed({});
  const Column lists = testing::list_column(text_column(Texts{"x"}), {0, 1});
  try {
    bags(*feature, text_column(Texts{"a"}), lists);
    FAIL();
  } catch (const RowError& error) {
    EXPECT_EQ(error.column(), "country");
  }
}

}  // namespace
}  // namespace shortlist
