#include "shortlist/layers/age.h"

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

TEST(AgeLayer, MatchesTheWorkedExample) {
  const Age layer;
  LayerRun run(layer, {.widths = {3, 3}, .rows = 4});
  run.inputs[0].set({{10, 0.5f, 1}, {10, 0, 1}, {0, 0, 0}, {7, 0.25f, 1}});
  run.inputs[1].set({{8, 0, 1}, {12, 0.5f, 1}, {8, 0, 1}, {7, 0.25f, 1}});
  run.forward();
  EXPECT_FLOAT_EQ(run.output(0, 0), std::log(3.5f));
  EXPECT_FLOAT_EQ(run.output(1, 0), -std::log(3.5f));
  EXPECT_EQ(run.output(2, 0), 0);
  EXPECT_EQ(run.output(2, 1), 0);
  EXPECT_EQ(run.output(3, 0), 0);
  EXPECT_EQ(run.output(3, 1), 1);
}

TEST(AgeLayer, GradientsMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(Age(), {.widths = {3, 3}});
}

TEST(AgeLayer, RejectsOtherWidths) { EXPECT_EQ(plan_error(Age(), {3, 2}), "an input has width 2, need 3"); }

}  // namespace
}  // namespace shortlist
