#include "shortlist/layers/position.h"

#include "shortlist/testing/segment_places.h"

namespace shortlist {
namespace {

Position positions(int length, PositionFrom from) {
  Position layer;
  layer.position = length;
  layer.from = from;
  return layer;
}

TEST(Position, CountsFromTheEndOfTheHistory) {
  const Position layer = positions(3, PositionFrom::end);
  LayerRun run(layer, along({2, 0, 1, 3}, {1}));
  run.set_value(0, {{1}, {2}, {3}});
  run.inputs[0].set({{10}, {20}, {30}, {40}, {50}, {60}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{12}, {21}, {31}, {43}, {52}, {61}}));
  run.doutput.set({{1}, {2}, {4}, {8}, {16}, {32}});
  run.backward();
  EXPECT_EQ(run.gradient(0), (Rows{{2 + 4 + 32}, {1 + 16}, {8}}));
  EXPECT_EQ(run.dinputs[0].rows(), run.doutput.rows());
}

TEST(Position, CountsFromTheStartIfToldTo) {
  const Position layer = positions(3, PositionFrom::start);
  LayerRun run(layer, along({2, 0, 1, 3}, {1}));
  run.set_value(0, {{1}, {2}, {3}});
  run.inputs[0].set({{10}, {20}, {30}, {40}, {50}, {60}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{11}, {22}, {31}, {41}, {52}, {63}}));
}

// With 40 positions there are several tasks.
TEST(Position, GradientsMatchFiniteDifferences) {
  expect_gradients_match_along(positions(7, PositionFrom::end), {3});
  expect_gradients_match_along(positions(40, PositionFrom::start), {3});
  expect_gradients_match(positions(40, PositionFrom::end), along({40, 3, 18}, {2}));
}

TEST(Position, AHistoryMustNotBeLongerThanTheTable) {
  const Position layer = positions(3, PositionFrom::end);
  LayerRun run(layer, along({4}, {1}));
  EXPECT_THROW(run.forward(), std::logic_error);
}

TEST(Position, RejectsMoreInputsThanOne) {
  EXPECT_EQ(plan_error(Position(), {3, 3}), "got 2 inputs, need 1");
}

}  // namespace
}  // namespace shortlist
