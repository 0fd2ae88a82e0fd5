// Compares features with Keras 2.15. The fixture was written by tests/parity/vocabularies.py.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>

#include "shortlist/features/feature_map.h"
#include "shortlist/features/fingerprint.h"
#include "shortlist/io/sha256.h"
#include "shortlist/table/table.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::bags;
using testing::Bags;
using testing::text_column;

// Tests run in the repository's root.
nlohmann::json load_fixture(const std::string& name) {
  return nlohmann::json::parse(std::ifstream("tests/parity/fixtures/" + name));
}
const nlohmann::json& fixture() {
  static const nlohmann::json json = load_fixture("vocabularies.json");
  return json;
}

std::vector<std::string> strings(const char* key) {
  return fixture().at(key).get<std::vector<std::string>>();
}

Bags as_bags(const nlohmann::json& ids) {
  Bags rows;
  for (const auto& id : ids)
    rows.push_back(id.is_array() ? id.get<std::vector<int32_t>>() : std::vector{id.get<int32_t>()});
  return rows;
}

TEST(Parity, TextVocabulariesAndIdsAreThoseOfKeras) {
  const auto texts = strings("texts"), unseen = strings("unseen_texts");
  for (const auto& c : fixture().at("text")) {
    nlohmann::json settings = c.at("settings");
    if (settings.contains("standardize")) settings["standardize"] = "none";
    settings["rows"] = "vocabulary";
    const auto feature = testing::fit("text", text_column(texts), settings);
    EXPECT_EQ(testing::tokens(*feature), c.at("vocabulary").get<std::vector<std::string>>()) << settings;
    EXPECT_EQ(bags(*feature, text_column(texts)), as_bags(c.at("ids"))) << settings;
    EXPECT_EQ(bags(*feature, text_column(unseen)), as_bags(c.at("unseen_ids"))) << settings;
  }
}

TEST(Parity, CategoriesAndOovBucketsAreThoseOfKeras) {
  const auto seen = strings("categories"), unseen = strings("unseen_categories");
  for (const auto& c : fixture().at("category")) {
    const auto feature = testing::fit("category", text_column(seen), c.at("settings"));
    EXPECT_EQ(testing::tokens(*feature), c.at("vocabulary").get<std::vector<std::string>>())
        << c.at("settings");
    EXPECT_EQ(bags(*feature, text_column(seen)), as_bags(c.at("ids"))) << c.at("settings");
    EXPECT_EQ(bags(*feature, text_column(unseen)), as_bags(c.at("unseen_ids"))) << c.at("settings");
  }
}

// Copies the texts of a column, without missing ones.
std::vector<std::string> texts_of(const std::string& path, const std::string& column) {
  std::vector<std::string> texts;
  Table::open({.path = path}).read(std::vector{column}, [&](const Chunk& chunk) {
    const Column& values = chunk.columns[0];
    for (size_t row = 0; row < values.rows; ++row) {
      if (!values.is_missing(row)) texts.emplace_back(values.texts[row]);
    }
  });
  return texts;
}

TEST(Parity, VocabulariesAndIdsOfTheAnimeTablesAreThoseOfKeras) {
  const char* given = std::getenv("SHORTLIST_DATA");
  const std::string folder = std::string(given != nullptr ? given : "../shared/data") + "/anime/";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the tables are not here; see SHORTLIST_DATA";
  std::string read;
  std::vector<std::string> texts;
  for (const auto& c : load_fixture("anime_vocabularies.json")) {
    const std::string file = c.at("file"), column = c.at("column");
    SCOPED_TRACE(file + " " + column + " " + c.at("kind").get<std::string>() + " " + c.at("settings").dump());
    if (read != file + column) texts = texts_of(folder + file, column);
    read = file + column;
    EXPECT_EQ(texts.size(), c.at("rows").get<size_t>());
    const Column values = text_column(texts);
    nlohmann::json settings = c.at("settings");
    if (c.at("kind") == "text") settings["rows"] = "vocabulary";
    const auto feature = testing::fit(c.at("kind"), values, settings);
    Sha256 vocabulary, ids;
    for (const std::string& token : testing::tokens(*feature)) vocabulary.add(token + "\n");
    EXPECT_EQ(feature->id_count(), c.at("tokens").get<int32_t>());
    EXPECT_EQ(vocabulary.hex(), c.at("vocabulary_sha256").get<std::string>());
    for (const auto& bag : bags(*feature, values)) ids.add(fmt::format("{}\n", fmt::join(bag, " ")));
    EXPECT_EQ(ids.hex(), c.at("ids_sha256").get<std::string>());
  }
}

TEST(Parity, GivenVocabulariesMayBeginAsGetVocabularyDoes) {
  const auto& c = fixture().at("category").at(1);
  const auto feature =
      testing::fit("category", text_column(std::vector<std::string>()),
                   {{"order", "given"}, {"oov_buckets", 3}, {"vocabulary", c.at("vocabulary")}});
  EXPECT_EQ(bags(*feature, text_column(strings("categories"))), as_bags(c.at("ids")));
  const auto& t = fixture().at("text").at(0);
  const auto text =
      testing::fit("text", text_column(std::vector<std::string>()), {{"vocabulary", t.at("vocabulary")}});
  EXPECT_EQ(bags(*text, text_column(strings("texts"))), as_bags(t.at("ids")));
}

TEST(Parity, HashedIdsAreThoseOfKeras) {
  auto all = strings("categories");
  const auto unseen = strings("unseen_categories");
  all.insert(all.end(), unseen.begin(), unseen.end());
  for (const auto& c : fixture().at("hashed")) {
    const auto feature = testing::fit("hashed", text_column(all), c.at("settings"));
    EXPECT_EQ(bags(*feature, text_column(all)), as_bags(c.at("ids"))) << c.at("settings");
  }
}

Column column_of(const nlohmann::json& values) {
  if (values[0].is_number()) return testing::integer_column(values.get<std::vector<int64_t>>());
  static std::deque<std::vector<std::string>> memory;
  return text_column(memory.emplace_back(values.get<std::vector<std::string>>()));
}

TEST(Parity, CrossedIdsAreThoseOfKeras) {
  for (const auto& c : fixture().at("crossed")) {
    nlohmann::json settings = c.at("settings");
    for (size_t i = 0; i < c.at("columns").size(); ++i) settings["columns"].push_back(fmt::format("c{}", i));
    const auto feature = testing::config("crossed", settings).settings->make_fit()->finish();
    std::vector<Column> columns;
    for (const auto& values : c.at("columns")) columns.push_back(column_of(values));
    std::vector<const Column*> read;
    for (const Column& column : columns) read.push_back(&column);
    EncodedColumn out;
    feature->encode_rows(read, out);
    EXPECT_EQ(out.ids, c.at("ids").get<std::vector<int32_t>>()) << settings;
  }
}

TEST(Parity, SeveralHashesAreThoseOfUnifiedEmbedding) {
  auto all = strings("categories");
  const auto unseen = strings("unseen_categories");
  all.insert(all.end(), unseen.begin(), unseen.end());
  for (const auto& c : fixture().at("multiplexed")) {
    const auto feature = testing::fit("hashed", text_column(all), c.at("settings"));
    EXPECT_EQ(bags(*feature, text_column(all)), as_bags(c.at("ids"))) << c.at("settings");
  }
}

TEST(Parity, FingerprintsOfEveryLengthClassAreThoseOfTensorFlow) {
  const auto& f = fixture().at("fingerprints");
  const auto modulo = f.at("modulo").get<uint64_t>(), key = f.at("key").get<uint64_t>();
  for (size_t i = 0; i < f.at("lengths").size(); ++i) {
    const int length = f.at("lengths")[i];
    std::string bytes;
    for (int j = 0; j < length; ++j) bytes += static_cast<char>((7 * j + length) % 251 + 1);
    EXPECT_EQ(fingerprint64(bytes) % modulo, f.at("fast")[i].get<uint64_t>()) << length;
    EXPECT_EQ(siphash64(bytes, key, key) % modulo, f.at("strong")[i].get<uint64_t>()) << length;
  }
}

TEST(Parity, NumbersAreNormalisedAndBinnedAsKerasDoes) {
  const auto& n = fixture().at("number");
  const Column values = testing::number_column(n.at("values").get<std::vector<double>>());
  const auto bins = testing::fit("number", values, {{"edges", n.at("edges")}});
  EXPECT_EQ(bags(*bins, values), as_bags(n.at("bins")));
  const auto got = testing::numbers(*testing::fit("number", values), values);
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], n.at("normalized")[i].get<float>(), 2e-7);
}

TEST(Parity, BytesOrderIsThatOfNumpyUnique) {
  const auto feature =
      testing::fit("category", text_column(std::vector<std::string_view>{"é", "b", "Z", "a", "B", "b"}));
  EXPECT_EQ(testing::tokens(*feature), (std::vector<std::string>{"[UNK]", "B", "Z", "a", "b", "é"}));
}

}  // namespace
}  // namespace shortlist
