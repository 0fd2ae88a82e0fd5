#include "shortlist/model/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "shortlist/io/file.h"
#include "shortlist/io/testing.h"
#include "shortlist/io/toml.h"
#include "shortlist/model/build.h"

namespace shortlist {
namespace {

constexpr const char* kConfig = R"([data]
table = "ratings.csv"
split = { train = 80, validation = 10, test = 10 }

[features]
user  = { kind = "category", dim = 8 }
movie = { kind = "category", dim = 8 }

[query]
features = ["user"]
layers   = [{ dense = 8 }]

[candidate]
id       = "movie"
features = ["movie"]
layers   = [{ dense = 8 }]

[retrieval]
weight = 0.5

[[ranking]]
label  = "rating"
layers = [
  { cross = "full" },
  { dense = 16, activation = "relu" },
]

[training]
epochs    = 3
optimizer = { adam = 0.01 }
)";

Config read(const std::string& toml) { return read_config(parse_toml(toml, "a.toml"), "a.toml"); }

ModelSpec build(const Config& config) {
  const FeatureShape ids{.ids = 5};
  return build_model(config, std::vector(config.query.features.size(), ids),
                     std::vector(config.candidate.features.size(), ids));
}

// The config with one text in place of another.
std::string with(const std::string& from, const std::string& to) {
  std::string toml = kConfig;
  const size_t at = toml.find(from);
  EXPECT_NE(at, toml.npos) << from;
  return toml.replace(at, from.size(), to);
}

std::string error_with(const std::string& from, const std::string& to) {
  return message_of([&] { read(with(from, to)); });
}
std::string build_error_with(const std::string& from, const std::string& to) {
  const Config config = read(with(from, to));
  return message_of([&] { build(config); });
}

TEST(Config, ReadsWhatIsWrittenAndKeepsDefaults) {
  const Config config = read(kConfig);
  EXPECT_EQ(config.data.table, "ratings.csv");
  EXPECT_EQ(config.data.split.validation, 10);
  EXPECT_EQ(config.data.fit_features_on, FitRows::train);
  EXPECT_EQ(config.features.at(1).name, "movie");
  EXPECT_EQ(config.retrieval->weight, 0.5);
  EXPECT_EQ(config.retrieval->top_k, (std::vector<int>{1, 5, 10, 50, 100}));
  EXPECT_EQ(config.ranking.at(0).label, "rating");
  EXPECT_EQ(config.training.optimizer.adam, 0.01);
  EXPECT_FALSE(config.training.early_stopping);
}

TEST(Config, HasAdamUnlessSaid) {
  EXPECT_EQ(read(with("optimizer = { adam = 0.01 }", "")).training.optimizer.adam, 0.001);
  EXPECT_EQ(read(with("{ adam = 0.01 }", "{ sgd = 0.1 }")).training.optimizer.adam, std::nullopt);
}

TEST(Config, RejectsUnknownSectionsAndKeys) {
  EXPECT_EQ(error_with("[training]", "[trainning]"), "");
  EXPECT_EQ(error_with("epochs ", "epoch "), "");
  EXPECT_EQ(error_with("validation", "valid"), "");
  EXPECT_EQ(error_with("dim = 8", "dims = 8"), "");
}

TEST(Config, RejectsValuesOfTheWrongType) {
  EXPECT_EQ(error_with("= 3\n", "= \"three\"\n"), "");
  EXPECT_EQ(error_with("= 3\n", "= 2.5\n"), "");
  EXPECT_EQ(error_with("[\"user\"]", "\"user\""), "");
  EXPECT_EQ(error_with("{ train = 80, validation = 10, test = 10 }", "0.8"), "");
  EXPECT_EQ(error_with("\"rating\"", "5"), "");
}

TEST(Config, RejectsUnknownFeaturesAndKinds) {
  EXPECT_EQ(error_with("\"category\"", "\"categorie\""), "");
  EXPECT_EQ(error_with("kind = \"category\", ", ""), "");
  EXPECT_EQ(error_with("[\"user\"]", "[\"users\"]"), "");
  EXPECT_EQ(error_with("[\"user\"]", "[\"user\", \"user\"]"), "");
  EXPECT_EQ(error_with("features = [\"movie\"]", ""), "");
}

TEST(Config, RejectsUnknownLayersBeforeAnyDataIsRead) {
  EXPECT_EQ(error_with("{ dense = 8 }", "{ denze = 8 }"), "");
  EXPECT_EQ(error_with("{ dense = 8 }", "8"), "");
  EXPECT_EQ(error_with("activation = \"relu\"", "activations = \"relu\""), "");
  EXPECT_EQ(error_with("\"relu\"", "\"rellu\""), "");
  EXPECT_EQ(error_with("{ cross = \"full\" }", "{ cross = \"full\", repeat = 0 }"), "");
  EXPECT_EQ(error_with("{ cross = \"full\" }", "{ mlp = [] }"), "");
}

TEST(Config, RejectsWhatMakesNoSense) {
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.01, sgd = 0.1 }"), "");
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.0 }"), "");
  EXPECT_EQ(error_with("train = 80", "train = -80"), "");
  EXPECT_EQ(error_with("train = 80", "by = \"time\", train = 80"), "");
  EXPECT_EQ(error_with("train = 80", "by = \"tiem\", train = 80"), "");
  EXPECT_EQ(error_with("train = 80", "by = \"rows\", train = 80"), "");
  EXPECT_EQ(error_with("id       = \"movie\"", ""), "");
  EXPECT_EQ(error_with("label  = \"rating\"", ""), "");
  EXPECT_EQ(error_with("weight = 0.5", "top_k = [0]"), "");
  EXPECT_EQ(error_with("table = \"ratings.csv\"", "table = \"ratings.csv\"\nsql = \"SELECT 1\""), "");
}

TEST(Config, NeedsATask) {
  const std::string all = kConfig;
  const std::string tasks =
      all.substr(all.find("[retrieval]"), all.find("[training]") - all.find("[retrieval]"));
  EXPECT_EQ(error_with(tasks, ""), "");
}

TEST(Config, NamesTheLineOfBadSyntax) { EXPECT_EQ(error_with("epochs    = 3", "epochs    = "), ""); }

TEST(BuildModel, MakesTowersAndRankings) {
  const ModelSpec spec = build(read(kConfig));
  EXPECT_EQ(spec.at(spec.query).name, "query/dense");
  EXPECT_EQ(spec.at(spec.candidate).width, 8);
  EXPECT_EQ(spec.at(spec.rankings.at(0)).name, "ranking/rating/prediction");
}

TEST(BuildModel, RejectsTowersOfDifferentWidths) {
  EXPECT_EQ(build_error_with("layers   = [{ dense = 8 }]", "layers   = [{ dense = 9 }]"), "");
}

TEST(BuildModel, RejectsInputsThatDoNotFit) {
  EXPECT_EQ(build_error_with("{ cross = \"full\" }", "{ add = true, inputs = [\"querry\", \"candidate\"] }"),
            "");
  EXPECT_EQ(build_error_with("{ cross = \"full\" }", "{ add = true, inputs = [\"query\", \"features\"] }"),
            "");
}

TEST(BuildModel, AnMlpIsItsDenseLayers) {
  const ModelSpec spec =
      build(read(with("{ dense = 16, activation = \"relu\" }", "{ mlp = [6, 4], l2 = 0.5 }")));
  const size_t last = spec.nodes.size() - 1;
  EXPECT_EQ(to_toml(spec.nodes[last - 2].layer->settings()), "");
  EXPECT_EQ(to_toml(spec.nodes[last - 1].layer->settings()), "");
}

class ConfigFile : public ::testing::Test {
 protected:
  void SetUp() override { write_file_atomically(path_, std::string_view(kConfig)); }
  Config load(const std::vector<std::string>& settings) { return load_config(path_, settings); }
  const TemporaryFolder folder_;
  const std::string path_ = folder_ / "a.toml";
};

TEST_F(ConfigFile, IsOverriddenBySettings) {
  const Config config = load({"training.epochs=5", "ranking.0.weight=0", "query.layers=[{dense=4},{dense=8}]",
                              "training.early_stopping.monitor=top_10", "data.table=other.csv"});
  EXPECT_EQ(config.training.epochs, 5);
  EXPECT_EQ(config.ranking.at(0).weight, 0);
  EXPECT_EQ(config.query.layers.size(), 2u);
  EXPECT_EQ(config.training.early_stopping->monitor, "top_10");
  EXPECT_EQ(config.data.table, "other.csv");
}

TEST_F(ConfigFile, RejectsBadSettings) {
  const auto error = [&](const std::string& setting) { return message_of([&] { load({setting}); }); };
  const std::string in_file = path_ + ": ";
  EXPECT_EQ(error("training.epochs"), "");
  EXPECT_EQ(error("training.epoch=5"), in_file + "");
  EXPECT_EQ(error("training.epochs=many"), in_file + "");
  EXPECT_EQ(error("ranking.1.weight=0"), "");
}

TEST(Config, WrittenAsTomlReadsBackToTheSame) {
  const std::string odd = "\n[features.\"a b\"]\nkind = \"text\"\ncolumn = \"quoted \\\" and \\n\"\n";
  for (const std::string& toml : {std::string(kConfig), kConfig + odd}) {
    const Config config = read(toml), again = read(config_to_toml(config));
    EXPECT_EQ(to_toml(again.written), to_toml(config.written));
  }
}

TEST(Config, AQueryTakesAnotherTableAsItsData) {
  Config config = read(with("table = \"ratings.csv\"", "sql = \"FROM '{data}/a.csv'\""));
  config.data.use_table("folder");
  EXPECT_EQ(config.data.source().data, "folder");
  EXPECT_EQ(config.data.source().path, "");
  EXPECT_EQ(config.data.source().sql, "FROM '{data}/a.csv'");
}

TEST(Config, EveryExampleLoads) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("examples")) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_NO_THROW(build(load_config(entry.path()))) << entry.path();
    ++count;
  }
  EXPECT_GT(count, 8);
}

}  // namespace
}  // namespace shortlist
