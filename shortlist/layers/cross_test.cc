#include "shortlist/layers/cross.h"

#include "shortlist/testing/gradient_check.h"
#include "shortlist/testing/reference.h"

namespace shortlist {
namespace {

Cross low_rank(int projection) {
  Cross layer;
  layer.cross = CrossRank::low;
  layer.projection = projection;
  return layer;
}

TEST(Cross, MatchesTheWorkedExample) {
  const Cross layer;
  LayerRun run(layer, {.widths = {2, 2}, .rows = 1});
  run.inputs[0].set({{2, 3}});
  run.inputs[1].set({{1, 4}});
  run.set_value(0, {{1, 2}, {0, 1}});
  run.set_value(1, {{0.5f, -1}});
  run.forward();
  // x W + b = (1 + 0.5, 2 + 4 - 1); 2 * 1.5 + 1, 3 * 5 + 4.
  EXPECT_EQ(run.output.rows(), (Rows{{4, 19}}));
}

TEST(Cross, LowRankMatchesTheWorkedExample) {
  Cross layer = low_rank(1);
  layer.diag_scale = 0.5f;
  LayerRun run(layer, {.widths = {2}, .rows = 1});
  run.inputs[0].set({{2, 4}});
  run.set_value(0, {{1}, {1}});
  run.set_value(1, {{1, 0.5f}});
  run.set_value(2, {{0, 1}});
  run.forward();
  // x U = 6; (x U) V + b = (6, 4); with 0.5 x: (7, 6); 2 * 7 + 2, 4 * 6 + 4.
  EXPECT_EQ(run.output.rows(), (Rows{{16, 28}}));
}

TEST(Cross, GradientsMatchFiniteDifferences) {
  Cross scaled, without_bias = low_rank(3);
  scaled.diag_scale = 0.7f;
  without_bias.bias = false;
  without_bias.diag_scale = 0.3f;
  for (const Cross& layer : {Cross(), low_rank(2), scaled, without_bias}) {
    expect_gradients_match_at_odd_sizes(layer, {.widths = {4, 4}});
    expect_gradients_match_at_odd_sizes(layer, {.widths = {4}});
  }
}

TEST(Cross, GradientsMatchWithEveryActivation) {
  for (const auto& [activation, name] : EnumNames<Activation>::names) {
    SCOPED_TRACE(name);
    Cross layer = low_rank(2);
    layer.diag_scale = 0.5f;
    layer.activation = activation;
    expect_gradients_match(layer, {.widths = {3, 3}});
    layer.cross = CrossRank::full;
    layer.projection = 0;
    expect_gradients_match(layer, {.widths = {3}});
  }
}

TEST(Cross, AgreesWithReferenceAtOddSizes) {
  Cross layer = low_rank(5);
  layer.activation = Activation::gelu;
  layer.diag_scale = 0.25f;
  for (size_t rows : {0, 1, 7, 8, 9}) {
    LayerRun run(layer, {.widths = {17, 17}, .rows = rows});
    run.forward();
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < 17; ++c) {
        double t = run.value(2)[0][c];
        for (size_t p = 0; p < 5; ++p) {
          for (size_t k = 0; k < 17; ++k) {
            t += static_cast<double>(run.inputs[1](r, k)) * run.value(0)[k][p] * run.value(1)[p][c];
          }
        }
        const double x0 = run.inputs[0](r, c), x = run.inputs[1](r, c);
        EXPECT_NEAR(run.output(r, c), x0 * (reference::activation(Activation::gelu, t) + 0.25 * x) + x, 1e-4);
      }
    }
  }
}

TEST(Cross, DoesWithoutTheGradientsOfItsInputs) {
  const Cross layer;
  LayerRun run(layer, {.widths = {3, 3}});
  run.drop_dinputs();
  run.forward();
  run.inputs[0].set(2);
  run.doutput.set(1);
  run.backward();
  EXPECT_EQ(run.gradient(1), (Rows{{18, 18, 18}}));
}

TEST(Cross, RejectsDifferentWidths) {
  EXPECT_EQ(plan_error(Cross(), {96, 64}), "x0 has width 96 but x has 64");
  EXPECT_EQ(plan_error(Cross(), {4, 4, 4}), "got 3 inputs, need 2");
}

TEST(Cross, RejectsSettingsThatDoNotGoTogether) {
  Cross layer;
  layer.projection = 4;
  EXPECT_EQ(plan_error(layer, {8}), "projection = 4 needs cross = \"low\"");
  EXPECT_EQ(plan_error(low_rank(0), {8}), "cross = \"low\" needs projection = 1 or more, got 0");
  layer.projection = 0;
  layer.diag_scale = -1;
  EXPECT_EQ(plan_error(layer, {8}), "diag_scale = -1: needs to be at least 0");
}

}  // namespace
}  // namespace shortlist
