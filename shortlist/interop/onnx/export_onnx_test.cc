#include "shortlist/interop/onnx/export_onnx.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "shortlist/config/build.h"
#include "shortlist/config/read_config.h"
#include "shortlist/interop/onnx/onnx_layers.h"
#include "shortlist/io/toml.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

constexpr const char* kModel = R"(
[data]
table = "t.csv"
[features]
type = { kind = "hashed", buckets = 6, dim = 4 }
name = { kind = "hashed", buckets = 5, dim = 4 }
[query]
features = ["type"]
[items]
id       = "name"
features = ["name"]
[retrieval]
[[ranking]]
label  = "rating"
)";

struct Model {
  Model() : config(read_config(parse_toml(kModel, "c.toml"), "c.toml")) {
    FeatureMapFit fit(config.features);
    features = fit.finish();
    spec = build_model(config, {{6, 0}}, {{5, 0}});
  }
  std::string problem(const std::string& folder) const {
    const FeatureMap query = features.select(config.query.features),
                     item = features.select(config.items.features);
    const Parameters parameters(spec);
    return message_of([&] { export_onnx(folder, {query, item, spec, parameters, {{"rating"}}}); });
  }

  Config config;
  FeatureMap features;
  ModelSpec spec;
};

TEST(ExportOnnx, WritesAModelForEachPart) {
  const TemporaryFolder folder;
  EXPECT_EQ(Model().problem(folder / "m"), "");
  for (const char* name : {"query.onnx", "item.onnx", "ranking.onnx", "inputs.json"})
    EXPECT_TRUE(std::filesystem::exists(folder / "m/" + name)) << name;
}

TEST(ExportOnnx, WritesNoRankingWithoutATask) {
  const TemporaryFolder folder;
  Model model;
  model.spec.rankings.clear();
  EXPECT_EQ(model.problem(folder / "m"), "");
  EXPECT_FALSE(std::filesystem::exists(folder / "m/ranking.onnx"));
}

struct NewLayer : LayerOf<NewLayer> {
  static constexpr const char* kKind = "new";

  template <typename Visitor>
  void fields(Visitor&) {}
  LayerPlan plan(std::span<const int> widths) const override { return {.width = widths[0]}; }
  void forward(const Pass&, RowRange, Scratch&) const override {}
  void backward(const Pass&, RowRange, Scratch&) const override {}
};

TEST(ExportOnnx, NamesALayerWithoutAForm) {
  const TemporaryFolder folder;
  Model model;
  const auto layer = std::make_shared<NewLayer>();
  int& prediction = model.spec.rankings[0].node;
  prediction = model.spec.add({"ranking/rating/new", layer, {prediction}, kPairRows});
  EXPECT_EQ(model.problem(folder / "m"),
            "node 'ranking/rating/new': a layer of kind 'new' cannot be exported to ONNX");
  EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

TEST(ExportOnnx, NamesWhatARankingTakesFromInsideATower) {
  const TemporaryFolder folder;
  Model model;
  const int inside = model.spec.query;
  model.spec.query = model.spec.add({"query/relu", std::make_shared<Activate>(), {inside}, kQueryRows});
  EXPECT_EQ(
      model.problem(folder / "m"),
      "node 'query/type': in ONNX, a ranking can read the towers' outputs, but not nodes inside the towers");
}

}  // namespace
}  // namespace shortlist
