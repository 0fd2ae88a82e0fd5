#include "shortlist/config/config.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "shortlist/config/build.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/config/read_config.h"
#include "shortlist/features/feature_kinds.h"
#include "shortlist/io/file.h"
#include "shortlist/io/toml.h"
#include "shortlist/layers/layer_kinds.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

template <typename Settings>
std::string keys_of() {
  Settings settings;
  return fmt::format("{}", fmt::join(field_names(settings), ", "));
}

std::string layer_kind_names() {
  std::vector<std::string_view> names;
  for (const LayerKind& kind : layer_kinds()) names.push_back(kind.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

constexpr const char* kConfig = R"([data]
table = "ratings.csv"
split = { train = 80, validation = 10, test = 10 }

[features]
user  = { kind = "category", dim = 8 }
movie = { kind = "category", dim = 8 }

[query]
features = ["user"]
layers   = [{ dense = 8 }]

[items]
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
                     std::vector(config.items.features.size(), ids));
}

// The config with one text replaced by another.
std::string with(const std::string& from, const std::string& to) {
  std::string toml = kConfig;
  const size_t at = toml.find(from);
  EXPECT_NE(at, toml.npos) << from;
  return toml.replace(at, from.size(), to);
}

std::string error_with(const std::string& from, const std::string& to) {
  return message_of([&] { read(with(from, to)); });
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
  EXPECT_EQ(error_with("[training]", "[trainning]"),
            "a.toml:28: unknown key 'trainning'; did you mean 'training'? (known: data, users, "
            "features, model, query, items, retrieval, ranking, experts, training, recommend)");
  EXPECT_EQ(error_with("epochs ", "epoch "),
            "a.toml:29: training: unknown key 'epoch'; did you mean 'epochs'? (known: " +
                keys_of<TrainingConfig>() + ")");
  EXPECT_EQ(error_with("validation", "valid"),
            "a.toml:3: data.split: unknown key 'valid'; did you mean 'validation'? (known: " +
                keys_of<SplitConfig>() + ")");
  EXPECT_EQ(error_with("dim = 8", "dims = 8"),
            "a.toml:6: features.user: unknown key 'dims'; did you mean 'dim'? (known: order, vocabulary, "
            "oov_buckets, minimum_count, max_tokens, missing, kind, column, dim, pooling, initializer, "
            "initializer_scale, l2, row_l2, "
            "half_life, item_dropout, table)");
}

TEST(Config, SaysWhatToWriteInsteadOfKeysOfEarlierVersions) {
  EXPECT_NE(error_with("weight = 0.5", "weight = 0.5\nhnsw = { build_beam = 9 }")
                .find("retrieval.hnsw: 'build_beam' is now 'ef_construction': write that instead"),
            std::string::npos);
}

TEST(Config, RejectsValuesOfTheWrongType) {
  EXPECT_EQ(error_with("= 3\n", "= \"three\"\n"),
            "a.toml:29: training.epochs: got \"three\", need an integer");
  EXPECT_EQ(error_with("= 3\n", "= 2.5\n"),
            "a.toml:29: training.epochs: got the number 2.5, need an integer");
  EXPECT_EQ(error_with("[\"user\"]", "\"user\""), "a.toml:10: query.features: got \"user\", need a list");
  EXPECT_EQ(error_with("{ train = 80, validation = 10, test = 10 }", "0.8"),
            "a.toml:3: data.split: got the number 0.8, need a table of settings");
  EXPECT_EQ(error_with("\"rating\"", "5"),
            "a.toml:22: ranking.0.label: got the number 5, need a text in quotes");
}

TEST(Config, RejectsUnknownFeaturesAndKinds) {
  EXPECT_EQ(error_with("\"category\"", "\"categorie\""),
            "a.toml:6: features.user.kind: got \"categorie\", need one of " + feature_kind_names() +
                "; did you mean \"categories\"?");
  EXPECT_EQ(error_with("kind = \"category\", ", ""),
            "a.toml:6: features.user: needs a kind: one of " + feature_kind_names());
  EXPECT_EQ(error_with("[\"user\"]", "[\"users\"]"),
            "a.toml:10: query.features: no feature is named 'users'; did you mean 'user'?");
  EXPECT_EQ(error_with("[\"user\"]", "[\"user\", \"user\"]"),
            "a.toml:10: query.features: 'user' is listed twice");
  EXPECT_EQ(error_with("features = [\"movie\"]", ""),
            "a.toml:13: items.features: got nothing, need at least one feature");
}

TEST(Config, RejectsUnknownLayersBeforeAnyDataIsRead) {
  EXPECT_EQ(error_with("{ dense = 8 }", "{ denze = 8 }"),
            "a.toml:11: query.layers.0: got 'denze', need a layer, one of " + layer_kind_names() +
                "; did you mean 'dense'?");
  EXPECT_EQ(error_with("{ dense = 8 }", "8"),
            "a.toml:11: query.layers.0: got the number 8, need a layer such as { dense = 32 }");
  EXPECT_EQ(error_with("activation = \"relu\"", "activations = \"relu\""),
            "a.toml:25: ranking.0.layers.1: unknown key 'activations'; did you mean 'activation'? (known: "
            "dense, activation, bias, initializer, initializer_scale, bias_initializer, l1, l2, bias_l2)");
  EXPECT_EQ(error_with("\"relu\"", "\"rellu\""),
            "a.toml:25: ranking.0.layers.1.activation: got \"rellu\", need one of linear, relu, sigmoid, "
            "tanh, softplus, elu, selu, gelu, swish; did you mean \"relu\"?");
  EXPECT_EQ(error_with("{ cross = \"full\" }", "{ cross = \"full\", repeat = 0 }"),
            "a.toml:24: ranking.0.layers.0.repeat: got 0, need 1 to 10000");
  EXPECT_EQ(error_with("{ cross = \"full\" }", "{ mlp = [] }"),
            "a.toml:24: ranking.0.layers.0.mlp: got an empty list, need at least one number of units");
}

TEST(Config, RejectsWhatMakesNoSense) {
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.01, sgd = 0.1 }"),
            "a.toml:30: training.optimizer: sets 2 of " + optimizer_names() + ", need exactly one");
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.01, schedule = { kind = \"step\" } }"),
            "a.toml:30: training.optimizer: kind = \"step\" needs every or at");
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.01 }\nparts = [{ optimizer = { sgd = 0.1 } }]"),
            "a.toml:31: training.parts.0: parameters: got nothing, need at least one name or pattern");
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.01 }\nparts = [{ parameters = [\"tables\"] }]"),
            "a.toml:31: training.parts.0.optimizer: sets 0 of " + optimizer_names() + ", need exactly one");
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.01 }\naverage = { from_epoch = 2 }"),
            "a.toml:31: training.average: from_epoch needs kind = \"stochastic\"");
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.0 }"),
            "a.toml:30: training.optimizer.adam: got 0, need more than 0");
  EXPECT_EQ(error_with("train = 80", "train = -80"),
            "a.toml:3: data.split.train: got -80, need 0 to 4294967294");
  EXPECT_EQ(error_with("train = 80", "train = 1.5"),
            "a.toml:3: data.split.train: got 1.5, need a whole number of rows, or a share up to 1");
  EXPECT_EQ(
      error_with("train = 80, validation = 10, test = 10", "train = 0.9, validation = 0.2, test = 0"),
      "a.toml:3: data.split: got the shares 0.9 for training, 0.2 for validation and 0 for test, need at "
      "most 1 in all");
  EXPECT_EQ(error_with("train = 80", "by = \"time\", train = 80"),
            "a.toml:3: data.split: by = \"time\" needs column = \"...\"");
  EXPECT_EQ(error_with("train = 80", "by = \"tiem\", train = 80"),
            "a.toml:3: data.split.by: got \"tiem\", need one of random, order, time, column, rows, user, "
            "last, stratified; did you "
            "mean \"time\"?");
  EXPECT_EQ(error_with("train = 80", "by = \"rows\", train = 80"),
            "a.toml:3: data.split: by = \"rows\" needs rows = \"....npy\"");
  EXPECT_EQ(error_with("id       = \"movie\"", ""),
            "a.toml:13: items.id: got nothing, need the column that identifies an item");
  EXPECT_EQ(error_with("label  = \"rating\"", ""),
            "a.toml:21: ranking: label: got nothing, need the column to predict");
  EXPECT_EQ(error_with("weight = 0.5", "top_k = [0]"),
            "a.toml:19: retrieval.top_k.0: got 0, need at least 1");
  EXPECT_EQ(error_with("weight = 0.5", "top_k = [5, 5]"), "a.toml:19: retrieval.top_k: got the same k twice");
  EXPECT_EQ(error_with("table = \"ratings.csv\"", "table = \"ratings.csv\"\nsql = \"SELECT 1\""),
            "a.toml:3: data.sql: got both table and sql, need one of them");
}

TEST(Config, RejectsNumbersOutOfRangeWhereTheyStand) {
  const auto training = [](const std::string& setting) {
    return error_with("epochs    = 3", "epochs    = 3\n" + setting);
  };
  EXPECT_EQ(training("reduce_on_plateau = { factor = 1 }"),
            "a.toml:30: training.reduce_on_plateau.factor: got 1, need more than 0 and less than 1");
  EXPECT_EQ(training("early_stopping = { patience = -1 }"),
            "a.toml:30: training.early_stopping.patience: got -1, need at least 0");
  EXPECT_EQ(training("early_stopping = { min_delta = nan }"),
            "a.toml:30: training.early_stopping.min_delta: got the number nan, need a finite number");
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = inf }"),
            "a.toml:30: training.optimizer.adam: got the number inf, need a finite number");
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.01, beta_1 = 1 }"),
            "a.toml:30: training.optimizer.beta_1: got 1, need at least 0 and less than 1");
  EXPECT_EQ(error_with("{ adam = 0.01 }", "{ adam = 0.01, epsilon = 0 }"),
            "a.toml:30: training.optimizer.epsilon: got 0, need more than 0");
  EXPECT_EQ(error_with("label  = \"rating\"", "label  = \"rating\"\ndelta = 0"),
            "a.toml:23: ranking.0.delta: got 0, need more than 0");
  EXPECT_EQ(error_with("label  = \"rating\"", "label  = \"rating\"\nweight = -0.5"),
            "a.toml:23: ranking.0.weight: got -0.5, need at least 0");
  EXPECT_EQ(error_with("activation = \"relu\"", "l2 = -1"),
            "a.toml:25: ranking.0.layers.1.l2: got -1, need at least 0");
  EXPECT_EQ(error_with("activation = \"relu\"", "l2 = 1e300"),
            "a.toml:25: ranking.0.layers.1.l2: got the number 1e+300, need a finite number");
}

TEST(Config, RejectsTwoLayersOfOneName) {
  EXPECT_EQ(
      error_with("[{ dense = 8 }]", "[{ dense = 8, name = \"a\" }, { dense = 8, name = \"a\" }]"),
      "a.toml:11: query.layers.1.name: 'a' is the name of a feature or of another layer; each needs its "
      "own");
  EXPECT_EQ(error_with("[{ dense = 8 }]", "[{ dense = 8, name = \"user\" }]"),
            "a.toml:11: query.layers.0.name: 'user' is the name of a feature or of another layer; each needs "
            "its own");
  EXPECT_EQ(
      error_with("[{ dense = 8 }]", "[{ dense = 8 }, { dense = 8, name = \"dense\" }]"),
      "a.toml:11: query.layers.1.name: 'dense' is the name of a feature or of another layer; each needs "
      "its own");
  EXPECT_EQ(
      error_with("{ cross = \"full\" }", "{ cross = \"full\", name = \"prediction\" }"),
      "a.toml:24: ranking.0.layers.0.name: 'prediction' is the name of a feature or of another layer; each "
      "needs its own");
}

TEST(Config, NeedsATask) {
  const std::string all = kConfig;
  const std::string tasks =
      all.substr(all.find("[retrieval]"), all.find("[training]") - all.find("[retrieval]"));
  EXPECT_EQ(error_with(tasks, ""),
            "a.toml:1: has neither [retrieval] nor [[ranking]], need at least one of them");
}

TEST(Config, NamesTheLineOfBadSyntax) {
  EXPECT_EQ(error_with("epochs    = 3", "epochs    = "),
            "a.toml:29: Error while parsing key-value pair: expected value, saw '\\n'");
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
  EXPECT_EQ(error("training.epochs"), "--set training.epochs: need key=value, such as training.epochs=5");
  EXPECT_EQ(error("training.epoch=5"),
            path_ + ": training: unknown key 'epoch'; did you mean 'epochs'? (known: " +
                keys_of<TrainingConfig>() + ")");
  EXPECT_EQ(error("training.epochs=many"), path_ + ": training.epochs: got \"many\", need an integer");
  EXPECT_EQ(error("ranking.1.weight=0"), "ranking.1.weight: got '1', need an index below 1");
}

TEST(Config, WrittenAsTomlReadsBackToTheSame) {
  const std::string odd = "\n[features.\"a b\"]\nkind = \"text\"\ncolumn = \"quoted \\\" and \\n\"\n";
  for (const std::string& toml : {std::string(kConfig), kConfig + odd}) {
    const Config config = read(toml), again = read(config_to_toml(config));
    EXPECT_EQ(to_toml(again.written), to_toml(config.written));
  }
}

TEST(Config, ReadsAttributesAsColumnsOrTables) {
  const auto config_with = [](const std::string& attributes) {
    return read(with("id       = ", "attributes = [" + attributes + "]\nid       = "));
  };
  const Config config =
      config_with(R"("year", { column = "genre", separator = "|" }, { column = "day", unit = "seconds" })");
  ASSERT_EQ(config.items.attributes.size(), 3u);
  EXPECT_EQ(config.attribute_form(config.items.attributes[0]).kind, std::nullopt);
  EXPECT_EQ(config.attribute_form(config.items.attributes[1]).separator, "|");
  EXPECT_EQ(config.attribute_form(config.items.attributes[2]).kind, AttributeKind::time);
  EXPECT_EQ(to_toml(write_value(config.items.attributes[0])), "\"year\"");
  const auto error = [&](const std::string& attributes) {
    const std::string message = message_of([&] { config_with(attributes); });
    return message.substr(message.find("items."));
  };
  EXPECT_EQ(error(R"("year", "year")"), "items.attributes.1: 'year' is listed twice");
  EXPECT_EQ(error(R"({ column = "x", kind = "text", separator = "|" })"),
            "items.attributes.0: separator is for a list, but kind is \"text\"");
  EXPECT_EQ(error(R"({ column = "x", kind = "list", format = "%Y" })"),
            "items.attributes.0: unit and format are for a time, but kind is \"list\"");
  EXPECT_EQ(error(R"({ column = "x", format = "YYYY" })"),
            "items.attributes.0.format: \"YYYY\" has no year: need %Y or %y, as in %d-%m-%Y");
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
    EXPECT_NO_THROW({
      const Config config = load_config(entry.path());
      if (config.has_towers()) build(config);
    }) << entry.path();
    ++count;
  }
  EXPECT_GT(count, 8);
}

}  // namespace
}  // namespace shortlist
