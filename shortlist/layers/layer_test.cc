#include "shortlist/layers/layer.h"

#include <gtest/gtest.h>

#include "shortlist/layers/batch_norm.h"
#include "shortlist/layers/cross.h"
#include "shortlist/layers/give_gradient.h"
#include "shortlist/layers/layer_kinds.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/testing/gradient_check.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

const Where kWhere{"model.toml", "query.layers.0"};

LayerPtr read(Value::Table table) { return read_layer(Value(std::move(table), 7), kWhere, {"name"}); }

TEST(ReadLayer, ReadsTheSettingsOfTheKindThatIsNamed) {
  const LayerPtr layer =
      read({{"cross", std::string("low")}, {"projection", int64_t{8}}, {"name", std::string("c")}});
  const auto* cross = dynamic_cast<const Cross*>(layer.get());
  ASSERT_NE(cross, nullptr);
  EXPECT_EQ(cross->cross, CrossRank::low);
  EXPECT_EQ(cross->projection, 8);
}

TEST(ReadLayer, AnActivationIsALayerOnlyWhenNoOtherKindIsNamed) {
  EXPECT_EQ(read({{"activation", std::string("relu")}, {"dense", int64_t{4}}})->kind(), "dense");
  EXPECT_EQ(read({{"activation", std::string("relu")}})->kind(), "activation");
}

TEST(ReadLayer, EveryKindReadsWhatItWrites) {
  for (const LayerKind& kind : layer_kinds()) {
    SCOPED_TRACE(kind.name);
    for (const FieldHelp& field : kind.document()) EXPECT_FALSE(field.help.empty());
    LayerPtr layer;
    for (const Value& main : {Value(true), Value(int64_t{3}), Value(0.25), Value(std::string("full")),
                              Value(std::string("tanh"))}) {
      try {
        layer = kind.read(Value(Value::Table{{kind.name, main}}), kWhere);
        break;
      } catch (const Error&) {
      }
    }
    ASSERT_NE(layer, nullptr);
    EXPECT_EQ(layer->kind(), kind.name);
    EXPECT_EQ(to_toml(read_layer(layer->settings(), kWhere, {})->settings()), to_toml(layer->settings()));
  }
}

TEST(ReadLayer, NamesTheNearestKindOfAnUnknownOne) {
  std::string known;
  for (const LayerKind& kind : layer_kinds()) known += (known.empty() ? "" : ", ") + std::string(kind.name);
  EXPECT_EQ(message_of([] {
              read({{"densse", int64_t{4}}});
            }),
            "model.toml:7: query.layers.0: got 'densse', need a layer, one of " + known +
                "; did you mean 'dense'?");
  EXPECT_EQ(message_of([] {
              read({{"name", std::string("x")}, {"dropuot", 0.5}});
            }),
            "model.toml:7: query.layers.0: got 'dropuot', need a layer, one of " + known +
                "; did you mean 'dropout'?");
}

TEST(ReadLayer, RejectsWhatIsNoTable) {
  EXPECT_EQ(message_of([] { read_layer(Value(int64_t{3}, 9), kWhere, {}); }),
            "model.toml:9: query.layers.0: got the number 3, need a layer such as { dense = 32 }");
}

// y = x * scale, by columns: everything that a layer with a parameter must define.
struct Scale : LayerOf<Scale> {
  static constexpr const char* kKind = "scale";

  template <typename Visitor>
  void fields(Visitor&) {}
  LayerPlan plan(std::span<const int> widths) const override {
    return {.width = widths[0],
            .parameters = {{.name = "scale", .rows = 1, .cols = static_cast<size_t>(widths[0])}}};
  }
  void forward(const Pass& pass, RowRange rows, Scratch&) const override {
    for (size_t r = rows.begin; r < rows.end; ++r)
      times_scale(pass, pass.inputs[0], r, pass.output.row_span(r));
  }
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override {
    const std::span<float> dx = scratch.take(pass.output.cols);
    for (size_t r = rows.begin; r < rows.end; ++r) {
      times_scale(pass, pass.doutput, r, dx);
      give_gradient(pass, 0, r, dx);
    }
  }
  void write_gradients(const Pass& pass, size_t, Scratch&) const override {
    const std::span<float> sums = pass.parameters[0]->gradient.row_span(0);
    column_product_sums(pass.inputs[0].head(pass.rows), pass.doutput.head(pass.rows), 0, sums.size(), sums);
  }

 private:
  static void times_scale(const Pass& pass, const ConstMatrix& x, size_t row, std::span<float> y) {
    fill(y, 0);
    multiply_add(x.row_span(row), pass.parameters[0]->value.row_span(0), y);
  }
};

TEST(Layer, NeedsAPlanForwardBackwardAndTheGradientsOfItsParameters) {
  const Scale layer;
  LayerRun run(layer, {.widths = {2}, .rows = 2});
  run.set_value(0, {{10, 100}});
  run.inputs[0].set({{1, 2}, {3, 4}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{10, 200}, {30, 400}}));
  expect_gradients_match_at_odd_sizes(layer, {.widths = {3}});
}

}  // namespace
}  // namespace shortlist
