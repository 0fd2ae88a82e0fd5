#include "shortlist/layers/layer_norm.h"

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

TEST(LayerNorm, MatchesTheWorkedExample) {
  LayerNorm layer;
  layer.epsilon = 2;
  LayerRun run(layer, {.widths = {4}, .rows = 2});
  run.set_value(0, {{1, 1, 1, 10}});
  run.set_value(1, {{0, 0, 0, 100}});
  run.inputs[0].set({{1, 3, 1, 7}, {5, 5, 5, 5}});  // means 3 and 5, variances 6 and 0
  run.forward();
  const float d = std::sqrt(8.0f);
  EXPECT_NEAR(run.output(0, 0), -2 / d, 1e-6);
  EXPECT_NEAR(run.output(0, 1), 0, 1e-6);
  EXPECT_NEAR(run.output(0, 3), 100 + 10 * 4 / d, 1e-5);
  EXPECT_EQ(run.output.rows()[1], (std::vector<float>{0, 0, 0, 100}));
}

TEST(LayerNorm, GradientsMatchFiniteDifferences) {
  for (int width : {1, 2, 5, 17, 40}) {
    SCOPED_TRACE(fmt::format("width {}", width));
    expect_gradients_match_at_odd_sizes(LayerNorm(), {.widths = {width}});
  }
  expect_gradients_match(LayerNorm(), {.widths = {3}, .rows = 40});  // two halves
}

TEST(LayerNorm, RejectsWhatDoesNotFit) {
  EXPECT_EQ(plan_error(LayerNorm(), {3, 3}), "got 2 inputs, need 1");
  LayerNorm off;
  off.layer_norm = false;
  EXPECT_EQ(plan_error(off, {3}), "layer_norm = false: leave the layer out instead");
}

}  // namespace
}  // namespace shortlist
