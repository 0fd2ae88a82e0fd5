#include "shortlist/layers/mixture.h"

#include <cmath>

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

TEST(Mixture, MatchesTheWorkedExample) {
  const Mixture layer;
  LayerRun run(layer, {.widths = {2, 3, 3}, .rows = 1});
  run.inputs[0].set({{0, std::log(3.0f)}});
  run.inputs[1].set({{4, 0, 8}});
  run.inputs[2].set({{0, 4, 8}});
  run.forward();
  const Rows got = run.output.rows();
  for (size_t c = 0; c < 3; ++c) EXPECT_NEAR(got[0][c], (std::vector<float>{1, 3, 8}[c]), 1e-5);
}

TEST(Mixture, GradientsMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(Mixture(), {.widths = {3, 4, 4, 4}});
  expect_gradients_match_at_odd_sizes(Mixture(), {.widths = {1, 4}});
}

TEST(Mixture, RejectsInputsThatDoNotFit) {
  EXPECT_EQ(plan_error(Mixture(), {3}), "got 1 inputs, need a gate and at least one expert");
  EXPECT_EQ(plan_error(Mixture(), {3, 4, 4}), "the gate has 3 columns, but there are 2 experts");
  EXPECT_EQ(plan_error(Mixture(), {2, 4, 5}), "expert 1 has width 4 but expert 2 has 5");
}

}  // namespace
}  // namespace shortlist
