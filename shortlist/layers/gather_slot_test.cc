#include "shortlist/layers/gather_slot.h"

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

// Three parents with two slots each.
struct Slots {
  std::vector<uint32_t> source = {0, 0, 1, 1, 2, 2}, offsets = {0, 2, 4, 6}, copies = {0, 1, 2, 3, 4, 5};
  LayerPlace place() const {
    return {.widths = {4}, .rows = source.size(), .map = {source, offsets, copies}, .source_rows = 3};
  }
};

GatherSlot slots_of(int width) {
  GatherSlot layer;
  layer.width = width;
  return layer;
}

TEST(GatherSlot, MatchesTheWorkedExample) {
  const GatherSlot layer = slots_of(2);
  const Slots slots;
  LayerRun run(layer, slots.place());
  run.inputs[0].set({{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}, {11, 12}}));
}

TEST(GatherSlot, GradientsMatchFiniteDifferences) {
  const Slots slots;
  expect_gradients_match(slots_of(2), slots.place());
}

TEST(GatherSlot, RejectsAWidthThatIsNoMultiple) {
  EXPECT_EQ(plan_error(slots_of(3), {4}), "the input has width 4, need a multiple of 3");
}

}  // namespace
}  // namespace shortlist
