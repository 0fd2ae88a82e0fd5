#include "shortlist/interop/tensorflow/import_keras.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "shortlist/config/build.h"
#include "shortlist/config/read_config.h"
#include "shortlist/interop/tensorflow/export_keras.h"
#include "shortlist/interop/tensorflow/keras_names.h"
#include "shortlist/interop/tensorflow/object_graph.h"
#include "shortlist/interop/tensorflow/tensor_bundle.h"
#include "shortlist/io/toml.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

constexpr const char* kModel = R"(
[data]
table = "t.csv"
[features]
genre = { kind = "text", dim = 4 }
type  = { kind = "category", dim = 4 }
name  = { kind = "category", dim = 4 }
[query]
features = ["genre", "type"]
layers   = [{ dense = 3 }]
[items]
id       = "name"
features = ["name"]
layers   = [{ dense = 3 }]
[retrieval]
[[ranking]]
label  = "rating"
layers = [{ cross = "low", projection = 2 }, { dense = 5, activation = "relu" }, { batch_norm = true }, { dropout = 0.5 }, { dense = 2 }]
[training]
optimizer = { adam = 0.01 }
)";

struct Model {
  explicit Model(int type_ids = 6, const std::string& text = kModel)
      : config(read_config(parse_toml(text, "c.toml"), "c.toml")),
        spec(build_model(config, {{20, 0}, {type_ids, 0}}, {{6, 0}})),
        parameters(spec) {}
  void fill(uint64_t seed) {
    parameters.initialize(seed);
    for (size_t i = 0; i < parameters.size(); ++i) parameters.at(i).value.data[0] += static_cast<float>(i);
  }
  std::unique_ptr<Optimizer> optimizer() {
    std::vector<Trained> trained;
    for (size_t i = 0; i < parameters.size(); ++i) {
      const ParameterState& state = parameters.at(i);
      if (state.spec.trainable) trained.push_back({parameters.name(i), state.value, state.spec.table});
    }
    return make_optimizer(config.training.optimizer, trained);
  }
  bool operator==(const Model& other) const {
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Matrix &a = parameters.at(i).value, &b = other.parameters.at(i).value;
      if (a.rows != b.rows || a.cols != b.cols || std::memcmp(a.data, b.data, a.rows * a.cols * 4) != 0)
        return false;
    }
    return true;
  }

  Config config;
  ModelSpec spec;
  Parameters parameters;
};

class KerasCheckpointTest : public testing::Test {
 protected:
  KerasCheckpointTest() {
    model.fill(1);
    export_tensorflow(prefix, structure(), model.parameters);
  }
  KerasStructure structure() const {
    return structure_from_names(model.spec, model.parameters, default_keras_names(model.config.features));
  }
  std::string problem(Model& into) const {
    const std::string message = message_of([&] { import_keras(prefix, into.spec, into.parameters); });
    return message.substr(std::min(message.size(), prefix.size()));
  }
  // Rewrites the checkpoint with a changed graph.
  template <typename Change>
  void change_graph(const Change& change) const {
    const TensorBundle bundle = TensorBundle::open(prefix);
    std::vector<BundleTensor> tensors = bundle.tensors();
    for (BundleTensor& tensor : tensors) {
      if (tensor.key != kObjectGraphKey) continue;
      ObjectGraph graph = ObjectGraph::parse(tensor.strings[0], "");
      change(graph);
      tensor.strings = {graph.serialize()};
    }
    write_tensor_bundle(prefix, tensors);
  }

  Model model;
  TemporaryFolder folder;
  const std::string prefix = folder / "weights/";
};

TEST_F(KerasCheckpointTest, ImportsWhatItExported) {
  Model other;
  other.fill(2);
  const KerasImport weights = import_keras(folder / "weights", other.spec, other.parameters);
  EXPECT_TRUE(other == model);
  EXPECT_EQ(weights.sources[0].parameter, "query/genre/embeddings");
  EXPECT_EQ(weights.sources[0].key,
            "query_model/layer_with_weights-0/genre_text_embedding/layer_with_weights-1/embeddings/"
            ".ATTRIBUTES/VARIABLE_VALUE");
}

TEST_F(KerasCheckpointTest, FollowsTheGraphAndNotTheKeys) {
  change_graph([](ObjectGraph& graph) {
    for (TrackedObject& node : graph.nodes) {
      for (auto& [name, child] : node.children) {
        if (name == "query_model") name = "tower_a";
        if (name == "_deep_layers") name = "mlp";
      }
    }
  });
  Model other;
  import_keras(prefix, other.spec, other.parameters);
  EXPECT_TRUE(other == model);
}

// The tables of "type" and "name" have the same shape; the order in which Keras created them must not matter.
TEST_F(KerasCheckpointTest, FindsTowersThatWereMadeInTheOtherOrder) {
  change_graph([](ObjectGraph& graph) { std::swap(graph.nodes[0].children[0], graph.nodes[0].children[1]); });
  Model other;
  import_keras(prefix, other.spec, other.parameters);
  EXPECT_TRUE(other == model);
}

// Adds what Keras's Adam adds to a model's graph: a variable for each slot, with its position and full name.
void add_adam(KerasStructure& structure, const OptimizerState& state) {
  std::vector<TrackedObject>& nodes = structure.graph.nodes;
  const auto add = [&](size_t parent, const std::string& name) {
    nodes[parent].children.emplace_back(name, nodes.size());
    nodes.emplace_back();
    return nodes.size() - 1;
  };
  const auto add_variable = [&](size_t parent, const std::string& name, const std::string& full_name,
                                const std::string& held) {
    const size_t node = add(parent, name);
    nodes[node].attributes.push_back({"VARIABLE_VALUE", full_name, "optimizer/" + full_name});
    structure.hold(node, held);
  };
  const size_t optimizer = add(0, "optimizer"), all = add(optimizer, "_variables");
  add_variable(optimizer, "_iterations", "iteration", "steps");
  add_variable(optimizer, "_learning_rate", "learning_rate", "learning_rate");
  for (size_t i = 0; i < state.slots.size(); ++i) {
    const std::string &name = state.slots[i].name, of = name.substr(0, name.rfind('/'));
    add_variable(all, std::to_string(i + 1), "Adam/" + name.substr(of.size() + 1) + "/" + of, name);
  }
}

OptimizerState some_state(Model& model) {
  OptimizerState state{.steps = 7, .learning_rate = 0.005};
  for (const Optimizer::Slot& slot : model.optimizer()->slots()) {
    const size_t rows = slot.values.rows, cols = slot.values.cols;
    state.slots.push_back({slot.name, rows, cols, Buffer(rows, cols)});
    state.slots.back().values.data()[0] = static_cast<float>(state.slots.size());
  }
  return state;
}

TEST_F(KerasCheckpointTest, OptimizerStateComesBack) {
  const OptimizerState state = some_state(model);
  KerasStructure with_adam = structure();
  add_adam(with_adam, state);
  export_tensorflow(prefix, with_adam, model.parameters, &state);
  Model other;
  const KerasImport imported = import_keras(prefix, other.spec, other.parameters);
  EXPECT_FLOAT_EQ(static_cast<float>(*imported.optimizer->learning_rate), 0.005f);
  const auto restored = other.optimizer();
  restore_optimizer(*imported.optimizer, *restored);
  EXPECT_EQ(restored->steps, 7);
  float value = 0;
  for (const Optimizer::Slot& slot : restored->slots()) EXPECT_EQ(slot.values.data[0], ++value) << slot.name;
}

TEST_F(KerasCheckpointTest, TheStructureOfAnImportWritesTheSameFilesAgain) {
  const OptimizerState state = some_state(model);
  KerasStructure with_adam = structure();
  add_adam(with_adam, state);
  export_tensorflow(prefix, with_adam, model.parameters, &state);
  const KerasImport imported = import_keras(prefix, model.spec, model.parameters);
  const KerasStructure kept = KerasStructure::parse(imported.structure->serialize(), "");
  export_tensorflow(folder / "again", kept, model.parameters, &*imported.optimizer);
  EXPECT_EQ(read_file(folder / "again.index"), read_file(prefix + ".index"));
  EXPECT_EQ(read_file(folder / "again.data-00000-of-00001"), read_file(prefix + ".data-00000-of-00001"));
}

TEST_F(KerasCheckpointTest, AnOptimizerThatLacksASlotIsLeftOut) {
  OptimizerState state = some_state(model);
  KerasStructure with_adam = structure();
  add_adam(with_adam, state);
  state.slots.pop_back();
  export_tensorflow(prefix, with_adam, model.parameters, &state);
  EXPECT_FALSE(import_keras(prefix, model.spec, model.parameters).optimizer);
}

TEST_F(KerasCheckpointTest, ExportLikeAnotherKeepsItsStructure) {
  Model other;
  other.fill(3);
  export_tensorflow_like(prefix, folder / "new", other.spec, other.parameters);
  Model read;
  import_keras(folder / "new", read.spec, read.parameters);
  EXPECT_TRUE(read == other);
  EXPECT_EQ(TensorBundle::open(folder / "new").tensors().size(), TensorBundle::open(prefix).tensors().size());
}

TEST_F(KerasCheckpointTest, NamesNodeFoundAndNeededShape) {
  Model larger(9);
  larger.fill(4);
  EXPECT_EQ(problem(larger),
            ": node 'query/type' needs embeddings [9, 4], but "
            "'query_model/layer_with_weights-0/type_embedding/layer_with_weights-0' has [6, 4]");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_F(KerasCheckpointTest, NamesTheLayerOfTheRankingThatDiffers) {
  Model wider(6, replaced(kModel, "dense = 5", "dense = 8"));
  EXPECT_EQ(problem(wider),
            ": node 'ranking/rating/dense' needs kernel [6, 8], but '_deep_layers/0' has [6, 5]");
  Model other(6, replaced(kModel, "{ batch_norm = true }, ", ""));
  EXPECT_EQ(problem(other),
            ": node 'ranking/rating/dense_1' is of kind dense, but '_deep_layers/1' is of kind batch_norm");
  Model shorter(6, replaced(kModel, ", { dense = 2 }]", "]"));
  EXPECT_EQ(problem(shorter),
            ": node 'ranking/rating/prediction' needs kernel [5, 1], but '_deep_layers/3' has [5, 2]");
}

TEST_F(KerasCheckpointTest, ABadCheckpointLeavesTheParametersAlone) {
  Model other, before;
  other.fill(5);
  before.fill(5);
  change_graph([](ObjectGraph& graph) { graph.nodes[0].children.pop_back(); });
  EXPECT_EQ(problem(other), ": node 'ranking/rating/prediction' (dense) has no layer in the checkpoint");
  EXPECT_TRUE(other == before);
}

TEST_F(KerasCheckpointTest, RefusesAnotherType) {
  std::vector<double> values(9);
  const TensorBundle bundle = TensorBundle::open(prefix);
  std::vector<BundleTensor> tensors = bundle.tensors();
  const std::string key = "query_model/layer_with_weights-1/bias/.ATTRIBUTES/VARIABLE_VALUE";
  for (BundleTensor& tensor : tensors) {
    if (tensor.key == key) tensor.dtype = BundleDType::int32;
  }
  write_tensor_bundle(prefix, tensors);
  Model other;
  EXPECT_EQ(problem(other), ": '" + key + "' is int32, need float32");
}

}  // namespace
}  // namespace shortlist
