#include "shortlist/layers/segment_mean.h"

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

LayerPlace place(const std::vector<uint32_t>& offsets, int width) {
  return {.widths = {width},
          .rows = offsets.size() - 1,
          .map = {.offsets = offsets},
          .source_rows = offsets.back()};
}

TEST(SegmentMean, MatchesTheWorkedExample) {
  const SegmentMean layer;
  const std::vector<uint32_t> offsets = {0, 2, 2, 3};
  LayerRun run(layer, place(offsets, 2));
  run.inputs[0].set({{1, 10}, {3, 30}, {5, 50}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{2, 20}, {0, 0}, {5, 50}}));
  run.doutput.set({{2, 4}, {7, 7}, {1, 2}});
  run.backward();
  EXPECT_EQ(run.dinputs[0].rows(), (Rows{{1, 2}, {1, 2}, {1, 2}}));
}

// Segments of 0 to 5 rows.
TEST(SegmentMean, GradientsMatchFiniteDifferences) {
  for (uint64_t segments : {0, 1, 7, 8, 9}) {
    SCOPED_TRACE(fmt::format("{} segments", segments));
    std::vector<uint32_t> offsets = {0};
    for (uint64_t s = 0; s < segments; ++s)
      offsets.push_back(offsets.back() +
                        static_cast<uint32_t>(RandomStream(segments, "lengths").below(s, 6)));
    expect_gradients_match(SegmentMean(), place(offsets, 3), segments + 1);
  }
}

TEST(SegmentMean, OfEmptySegmentsIsZeroAndGivesNoGradient) {
  expect_gradients_match(SegmentMean(), place({0, 0, 0, 0}, 3));
}

TEST(SegmentMean, RejectsMoreInputsThanOne) {
  EXPECT_EQ(plan_error(SegmentMean(), {3, 3}), "got 2 inputs, need 1");
}

}  // namespace
}  // namespace shortlist
