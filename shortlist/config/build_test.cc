#include "shortlist/config/build.h"

#include <gtest/gtest.h>

#include "shortlist/config/config.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/toml.h"
#include "shortlist/layers/dense.h"
#include "shortlist/testing/temporary_folder.h"

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

std::string build_error_with(const std::string& from, const std::string& to) {
  const Config config = read(with(from, to));
  return message_of([&] { build(config); });
}

TEST(BuildModel, MakesTowersAndRankings) {
  const ModelSpec spec = build(read(kConfig));
  EXPECT_EQ(spec.at(spec.query).name, "query/dense");
  EXPECT_EQ(spec.at(spec.candidate).width, 8);
  EXPECT_EQ(spec.at(spec.rankings.at(0).node).name, "ranking/rating/prediction");
}

TEST(BuildModel, RejectsTowersOfDifferentWidths) {
  EXPECT_EQ(build_error_with("layers   = [{ dense = 8 }]", "layers   = [{ dense = 9 }]"),
            "a.toml:18: retrieval: the query tower is 9 wide but the item tower 8; both need one width");
}

TEST(BuildModel, RejectsInputsThatDoNotFit) {
  EXPECT_EQ(build_error_with("{ cross = \"full\" }", "{ add = true, inputs = [\"querry\", \"item\"] }"),
            "a.toml:24: ranking.0.layers.0.inputs: no input or earlier layer is named 'querry'; did you mean "
            "'query'?");
  EXPECT_EQ(
      build_error_with("{ cross = \"full\" }", "{ add = true, inputs = [\"query\", \"features\"] }"),
      "a.toml:24: ranking.0.layers.0: node 'ranking/rating/add': input 1 has width 8 but input 2 has 16");
}

TEST(BuildModel, AnMlpIsItsDenseLayers) {
  const ModelSpec spec =
      build(read(with("{ dense = 16, activation = \"relu\" }", "{ mlp = [6, 4], l2 = 0.5 }")));
  const auto dense = [&](size_t from_the_end) {
    return dynamic_cast<const Dense&>(*spec.nodes.at(spec.nodes.size() - from_the_end).layer);
  };
  EXPECT_EQ(dense(3).dense, 6);
  EXPECT_EQ(dense(3).activation, Activation::relu);
  EXPECT_EQ(dense(2).dense, 4);
  EXPECT_EQ(dense(2).activation, Activation::linear);
  EXPECT_EQ(dense(2).l2, 0.5f);
}

std::vector<std::string> node_names(const ModelSpec& spec) {
  std::vector<std::string> names;
  for (const Node& node : spec.nodes) names.push_back(node.name);
  return names;
}

TEST(BuildModel, NamesTheLastLayerOfRepeatAndMlp) {
  const std::vector<std::string> names = node_names(
      build(read(with("{ dense = 16, activation = \"relu\" }",
                      "{ mlp = [6, 4, 5], name = \"top\" }, { dense = 3, repeat = 2, name = \"end\", "
                      "inputs = [\"top\"] }"))));
  const std::vector<std::string> last = {names.end() - 6, names.end()};
  EXPECT_EQ(last, (std::vector<std::string>{"ranking/rating/dense", "ranking/rating/dense_1",
                                            "ranking/rating/top", "ranking/rating/dense_2",
                                            "ranking/rating/end", "ranking/rating/prediction"}));
}

TEST(BuildModel, AnMlpTakesSeveralInputs) {
  const ModelSpec spec =
      build(read(with("{ cross = \"full\" }", "{ mlp = [4], inputs = [\"query\", \"item\"] }")));
  const auto dense = std::ranges::find(spec.nodes, "ranking/rating/dense", &Node::name);
  ASSERT_NE(dense, spec.nodes.end());
  EXPECT_EQ(spec.at(dense->inputs.at(0)).name, "ranking/rating/concat");
  EXPECT_EQ(spec.at(dense->inputs.at(0)).width, 16);
}

TEST(BuildModel, FindsLayersThatNothingReads) {
  EXPECT_EQ(unread_nodes(build(read(kConfig))), std::vector<std::string>());
  const ModelSpec spec = build(read(with(
      "{ cross = \"full\" }", "{ dense = 4, name = \"lost\" }, { cross = \"full\", inputs = [\"query\"] }")));
  EXPECT_EQ(unread_nodes(spec), (std::vector<std::string>{"ranking/rating/lost"}));
}

}  // namespace
}  // namespace shortlist
