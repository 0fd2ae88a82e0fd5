#include "shortlist/model/parameters.h"

#include <gtest/gtest.h>

#include "shortlist/base/spill.h"
#include "shortlist/layers/batch_norm.h"
#include "shortlist/layers/dense.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

void add_input(ModelSpec& spec, const std::string& name) {
  auto layer = std::make_shared<Embedding>();
  layer->ids = 50;
  layer->dim = 3;
  spec.add({.name = name, .layer = layer, .feature = 0});
}

void add_after_last(ModelSpec& spec, const std::string& name, LayerPtr layer) {
  spec.add({.name = name, .layer = std::move(layer), .inputs = {static_cast<int>(spec.nodes.size()) - 1}});
}

ModelSpec small_model() {
  ModelSpec spec;
  add_input(spec, "query/genre");
  add_after_last(spec, "query/dense", std::make_shared<Dense>());
  add_after_last(spec, "query/batch_norm", std::make_shared<BatchNorm>());
  return spec;
}

std::vector<float> values(Parameters& parameters, std::string_view name) {
  const ParameterState* state = parameters.find(name);
  EXPECT_NE(state, nullptr) << name;
  return {state->value.data, state->value.data + state->spec.rows * state->spec.cols};
}

TEST(Parameters, AreNamedAndCountedByNode) {
  const Parameters parameters(small_model());
  std::string names;
  for (size_t i = 0; i < parameters.size(); ++i) names += parameters.name(i) + " ";
  EXPECT_EQ(names,
            "query/genre/embeddings query/dense/kernel query/dense/bias query/batch_norm/gamma "
            "query/batch_norm/beta "
            "query/batch_norm/moving_mean query/batch_norm/moving_variance ");
  EXPECT_EQ(parameters.trainable_count(), 50u * 3 + 3 * 32 + 32 + 2 * 32);
  EXPECT_EQ(parameters.kept_count(), 2u * 32);
  EXPECT_EQ(parameters.of(1).size(), 2u);
  EXPECT_EQ(parameters.of(1)[0], &parameters.at(1));
}

TEST(Parameters, FindsNoneByAnotherName) {
  EXPECT_EQ(Parameters(small_model()).find("query/dense"), nullptr);
}

TEST(Parameters, StartByTheirNameWhateverElseThereIs) {
  ModelSpec larger;
  add_input(larger, "query/type");
  for (const Node& node : small_model().nodes) {
    Node moved = node;
    for (int& input : moved.inputs) ++input;
    larger.add(moved);
  }
  Parameters small(small_model()), large(larger);
  small.initialize(7);
  large.initialize(7);
  for (size_t i = 0; i < small.size(); ++i)
    EXPECT_EQ(values(small, small.name(i)), values(large, small.name(i)));
  EXPECT_NE(values(large, "query/type/embeddings"), values(large, "query/genre/embeddings"));
  large.initialize(8);
  EXPECT_NE(values(small, "query/dense/kernel"), values(large, "query/dense/kernel"));
}

TEST(Parameters, MakesGradientsOnlyOfWhatIsTrained) {
  Parameters parameters(small_model());
  parameters.make_gradients();
  EXPECT_EQ(parameters.find("query/dense/kernel")->gradient.rows, 3u);
  EXPECT_EQ(parameters.find("query/batch_norm/moving_mean")->gradient.data, nullptr);
  EXPECT_EQ(parameters.find("query/genre/embeddings")->gradient.data,
            nullptr);  // allocated for the rows that a batch touches
}

TEST(Parameters, HaveTheSameValuesInMappedFiles) {
  const TemporaryFolder folder;
  const ModelSpec spec = small_model();
  Parameters memory(spec);
  memory.initialize(3);
  const SpillFolder spills(folder / "cache", {.tables = true});
  Parameters mapped(spec);
  mapped.initialize(3);
  EXPECT_GT(SpillFolder::bytes(), 50u * 3 * 4);
  for (size_t i = 0; i < memory.size(); ++i)
    EXPECT_EQ(values(mapped, memory.name(i)), values(memory, memory.name(i))) << memory.name(i);
}

}  // namespace
}  // namespace shortlist
