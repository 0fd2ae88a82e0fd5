#include "shortlist/features/feature_map.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::config;
using testing::integer_column;
using testing::message_of;
using testing::number_column;
using testing::text_column;
using Names = std::vector<std::string>;
using Texts = std::vector<std::string_view>;

std::vector<FeatureConfig> one_of_each() {
  return {config("category", {{"missing", "token"}, {"oov_buckets", 2}}, "name"),
          config("text", {{"column", "name"}, {"ngrams", 2}, {"max_tokens", 20}}, "words"),
          config("categories", {{"column", "genre"}, {"order", "frequency"}}, "genres"),
          config("hashed", {{"column", "genre"}, {"buckets", 9}, {"salt", 3}}, "hashed_genre"),
          config("number", {{"missing", "indicator"}}, "rating"),
          config("number", {{"column", "rating"}, {"quantiles", 3}}, "rating_bin"),
          config("time", {}, "when"),
          config("time", {{"column", "when"}, {"as", "buckets"}, {"buckets", 7}}, "when_bin"),
          config("time", {{"column", "when"}, {"as", "hour"}}, "hour"),
          config("vector", {{"l2_normalize", true}}, "embedding")};
}

// Columns name, genre, rating, when, embedding; rows [begin, end) of a table of 12.
std::vector<Column> table(size_t begin = 0, size_t end = 12) {
  std::vector<Column> columns = {
      text_column(Texts{"Naruto", "D.N.Angel", "\xff!", testing::kNull, "Naruto two", "a b", "b a", "x", "y",
                        "z", "a", "b"}),
      text_column(
          Texts{"Action, Magic", "Magic", "", "Drama", testing::kNull, "A", "B", "A,B", "C", "C", "A", "B"}),
      number_column({8, 5, NAN, 1e-3, 10, 7, 7, 3, 0.1, 0.2, 0.3, 1e9}),
      integer_column({881250949, 1, 2, 3, 500000000, 7, 8, 9, 10, 11, 12, 13}),
      testing::list_column(number_column({1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                          13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24}),
                           {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24})};
  std::vector<uint32_t> rows;
  for (size_t row = begin; row < end; ++row) rows.push_back(static_cast<uint32_t>(row));
  for (Column& column : columns) column = take_rows(column, rows);
  return columns;
}

// Observes each row once.
void observe_rows(FeatureMapFit& fit, const std::vector<Column>& columns) {
  for (size_t c = 0; c < columns.size(); ++c)
    fit.observe(fit.columns()[c], columns[c], std::vector<uint32_t>(columns[c].rows, 1));
}

FeatureMap fitted() {
  FeatureMapFit fit(one_of_each());
  observe_rows(fit, table());
  return fit.finish();
}

void expect_same_encoding(const FeatureMap& a, const FeatureMap& b) {
  EncodedRows x, y;
  a.encode(table(), x);
  b.encode(table(), y);
  ASSERT_EQ(x.columns.size(), y.columns.size());
  for (size_t i = 0; i < x.columns.size(); ++i) {
    EXPECT_EQ(x.columns[i].ids, y.columns[i].ids) << a[i].name;
    EXPECT_EQ(x.columns[i].offsets, y.columns[i].offsets) << a[i].name;
    EXPECT_EQ(x.columns[i].values, y.columns[i].values) << a[i].name;
    EXPECT_EQ(testing::tokens(*a[i].feature), testing::tokens(*b[i].feature)) << a[i].name;
  }
}

TEST(FeatureMap, NamesEachColumnThatItNeedsOnce) {
  const FeatureMap map = fitted();
  EXPECT_EQ(map.columns(), (Names{"name", "genre", "rating", "when", "embedding"}));
  EXPECT_EQ(map.column_of(map.position("words")), 0u);
}

TEST(FeatureMap, EncodesTheSameAfterItWasWrittenAndRead) {
  const FeatureMap map = fitted();
  const std::string text = map.to_json().dump();
  const FeatureMap again = FeatureMap::from_json(nlohmann::json::parse(text));
  expect_same_encoding(map, again);
  EXPECT_EQ(again.to_json().dump(), text);
}

TEST(FeatureMap, MergesPartialFitsInAnyOrder) {
  for (const auto& cuts : {std::vector<size_t>{0, 5, 12}, {7, 12, 0, 7}, {11, 12, 3, 11, 0, 3}}) {
    FeatureMapFit whole(one_of_each());
    for (size_t i = 0; i + 1 < cuts.size(); ++i) {
      if (cuts[i] > cuts[i + 1]) continue;
      FeatureMapFit part(one_of_each());
      observe_rows(part, table(cuts[i], cuts[i + 1]));
      whole.merge(part);
    }
    EXPECT_EQ(whole.finish().to_json().dump(), fitted().to_json().dump());
  }
}

TEST(FeatureMap, FitsOnDistinctValuesAsOnRows) {
  const std::vector<uint32_t> rows = {0, 3, 3, 5, 0, 11, 3, 7, 0, 0}, distinct = {0, 3, 5, 7, 11},
                              counts = {4, 3, 1, 1, 1};
  FeatureMapFit by_row(one_of_each()), by_value(one_of_each());
  std::vector<Column> repeated = table();
  for (Column& column : repeated) column = take_rows(column, rows);
  observe_rows(by_row, repeated);
  const std::vector<Column> columns = table();
  for (size_t c = 0; c < by_value.columns().size(); ++c)
    by_value.observe(by_value.columns()[c], take_rows(columns[c], distinct), counts);
  EXPECT_EQ(by_value.finish().to_json().dump(), by_row.finish().to_json().dump());
}

TEST(FeatureMap, AppendsChunksAsOneTable) {
  const FeatureMap map = fitted();
  EncodedRows whole, chunks;
  map.encode(table(), whole);
  for (size_t begin = 0; begin < 12; begin += 4) map.encode(table(begin, begin + 4), chunks);
  EXPECT_EQ(chunks.rows, 12u);
  for (size_t i = 0; i < map.size(); ++i) {
    EXPECT_EQ(chunks.columns[i].ids, whole.columns[i].ids);
    EXPECT_EQ(chunks.columns[i].offsets, whole.columns[i].offsets);
    EXPECT_EQ(chunks.columns[i].values, whole.columns[i].values);
  }
}

TEST(FeatureMap, CountsUnseenValuesOfEachFeature) {
  const FeatureMap map = fitted().select(Names{"words", "name"});
  std::vector<uint64_t> unseen(2);
  EncodedRows out;
  map.encode(std::vector<Column>{text_column(Texts{"Naruto three four", "Naruto", testing::kNull})}, out,
             unseen);
  EXPECT_EQ(unseen, (std::vector<uint64_t>{4, 1}));  // three, four, naruto three, three four; the whole name
}

TEST(FeatureMap, NamesRowAndColumnOfABadValue) {
  const FeatureMap map = fitted().select(Names{"rating"});
  EncodedRows out;
  EXPECT_EQ(message_of([&] {
              map.encode(std::vector<Column>{text_column(Texts{"1", "ten"})}, out);
            }),
            "row 2, column 'rating': 'ten' is not a number");
}

TEST(FeatureMap, FitsFeaturesOfOneTableTogether) {
  const auto features = [](int64_t buckets) {
    return std::vector<FeatureConfig>{
        config("category", {{"table", "films"}}, "favourite"), config("category", {}, "country"),
        config("category", {{"table", "films"}, {"oov_buckets", buckets}}, "film")};
  };
  FeatureMapFit fit(features(1));
  observe_rows(fit, {text_column(Texts{"Alien", "Brazil"}), text_column(Texts{"fr", "it"}),
                     text_column(Texts{"Casablanca", "Alien"})});
  const FeatureMap map = fit.finish();
  EXPECT_EQ(map[0].feature, map[2].feature);
  EXPECT_EQ(map[0].feature->id_count(), 4);
  EXPECT_EQ(map[2].feature->token(3), "Casablanca");
  EXPECT_EQ(map[1].feature->id_count(), 3);
  EXPECT_EQ(
      message_of([&] { FeatureMapFit(features(2)).finish(); }),
      "features 'favourite' and 'film' share the table 'films', so they need the same kind and settings");
}

TEST(FeatureMap, SuggestsTheNearestName) {
  EXPECT_EQ(message_of([] { fitted().position("ratings"); }), "no feature 'ratings'; did you mean 'rating'?");
}

TEST(FeatureMap, RejectsDamagedJson) {
  EXPECT_EQ(message_of([] {
              FeatureMap::from_json(
                  {{"features", {{{"name", "x"}, {"column", "x"}, {"feature", {{"kind", "cat"}}}}}}});
            }),
            "feature map: got kind 'cat', need one of " + feature_kind_names());
  EXPECT_THROW(FeatureMap::from_json({{"features", 3}}), Error);
  nlohmann::json json = fitted().to_json();
  json["features"][0]["feature"].erase("tokens");
  EXPECT_THROW(FeatureMap::from_json(json), Error);
}

TEST(FeatureConfig, WritesWhatItReads) {
  for (const FeatureConfig& c : one_of_each()) {
    const Value written = write_feature(c);
    const FeatureConfig again = read_feature(c.name, written, Where());
    EXPECT_EQ(to_toml(write_feature(again)), to_toml(written));
    EXPECT_EQ(again.column, c.column);
  }
}

TEST(FeatureConfig, KeepsTheEmbeddingsKeysApart) {
  const FeatureConfig c = config("category", {{"dim", 32}, {"pooling", "sum"}});
  EXPECT_EQ(to_toml(c.embedding), "{ dim = 32, pooling = \"sum\" }");
  EXPECT_EQ(c.column, "x");
}

TEST(FeatureConfig, RejectsAnEmbeddingOfNumbers) {
  const auto message = [](const char* kind, nlohmann::json settings) {
    return message_of([&] { config(kind, settings); });
  };
  EXPECT_EQ(message("number", {{"dim", 4}}),
            "a.toml:7: features.x.dim: the feature yields numbers, which have no embedding; remove this key");
  EXPECT_NE(message("time", {{"pooling", "sum"}}), "");
  EXPECT_NE(message("vector", {{"l2", 0.1}}), "");
  EXPECT_EQ(message("number", {{"dim", 4}, {"quantiles", 5}}), "");
  EXPECT_EQ(message("time", {{"dim", 4}, {"as", "hour"}}), "");
}

TEST(FeatureConfig, NamesTheNearestKeyAndKind) {
  EXPECT_EQ(
      message_of([] {
        config("hashed", {{"bucket", 3}});
      }),
      "a.toml:7: features.x: unknown key 'bucket'; did you mean 'buckets'? (known: buckets, salt, hashes, "
      "missing, kind, "
      "column, dim, pooling, initializer, initializer_scale, l2, row_l2, "
      "half_life, item_dropout, table)");
  EXPECT_EQ(message_of([] { config("txt"); }), "a.toml:7: features.x.kind: got \"txt\", need one of " +
                                                   feature_kind_names() + "; did you mean \"text\"?");
  EXPECT_EQ(message_of([] {
              read_feature("x", Value(Value::Table()), Where{"", "features.x"});
            }),
            "features.x: needs a kind: one of " + feature_kind_names());
}

TEST(FeatureKinds, DocumentEverySetting) {
  for (const FeatureKind& kind : feature_kinds()) {
    EXPECT_FALSE(kind.help.empty());
    for (const FieldHelp& row : kind.document())
      EXPECT_FALSE(row.help.empty()) << kind.name << "." << row.name;
  }
}

}  // namespace
}  // namespace shortlist
