#include "shortlist/layers/slice.h"

#include "shortlist/layers/ones.h"
#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

TEST(Slice, IsSomeColumns) {
  const Slice layer(1, 2);
  LayerRun run(layer, {.widths = {4}, .rows = 2});
  run.inputs[0].set({{1, 2, 3, 4}, {5, 6, 7, 8}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{2, 3}, {6, 7}}));
}

TEST(Slice, GradientsMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(Slice(1, 2), {.widths = {4}});
}

TEST(Slice, RejectsColumnsBeyondTheInput) {
  EXPECT_EQ(plan_error(Slice(3, 2), {4}), "columns 3 to 4 of an input of width 4");
}

TEST(Ones, AreOnesWithoutAGradient) {
  const Ones layer;
  LayerRun run(layer, {.widths = {3}, .rows = 2});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{1}, {1}}));
  expect_gradients_match_at_odd_sizes(Ones(), {.widths = {3}});
}

}  // namespace
}  // namespace shortlist
