#include "shortlist/layers/segment_attention.h"

#include "shortlist/layers/subtract.h"
#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

SegmentAttention attention(bool softmax) {
  SegmentAttention layer;
  layer.softmax = softmax;
  return layer;
}

LayerPlace over(const std::vector<uint32_t>& offsets, int width) {
  return {.widths = {1, width},
          .rows = offsets.size() - 1,
          .map = {.offsets = offsets},
          .source_rows = offsets.back()};
}

TEST(SegmentAttention, MatchesTheWorkedExample) {
  const std::vector<uint32_t> offsets = {0, 2, 2, 3};
  const SegmentAttention plain = attention(false), soft = attention(true);
  LayerRun run(plain, over(offsets, 2));
  run.inputs[0].set({{0}, {std::log(3.0f)}, {2}});
  run.inputs[1].set({{4, 40}, {8, 80}, {5, 50}});
  run.forward();
  EXPECT_FLOAT_EQ(run.output(0, 0), 8 * std::log(3.0f));
  EXPECT_EQ(run.output.rows()[1], (std::vector<float>{0, 0}));
  EXPECT_EQ(run.output.rows()[2], (std::vector<float>{10, 100}));
  LayerRun other(soft, over(offsets, 2));
  for (size_t i : {0, 1}) other.inputs[i].set(run.inputs[i].rows());
  other.forward();
  EXPECT_FLOAT_EQ(other.output(0, 0), (4 + 3 * 8) / 4.0f);
  EXPECT_FLOAT_EQ(other.output(2, 1), 50);
}

TEST(SegmentAttention, GradientsMatchFiniteDifferences) {
  for (bool softmax : {false, true}) {
    for (const std::vector<uint32_t>& offsets :
         {std::vector<uint32_t>{0}, {0, 0, 0}, {0, 1}, {0, 3, 3, 4, 9}}) {
      expect_gradients_match(attention(softmax), over(offsets, 3), offsets.size());
    }
  }
}

TEST(SegmentAttention, RejectsWhatDoesNotFit) {
  EXPECT_EQ(plan_error(attention(false), {3}), "got 1 inputs, need 2");
  EXPECT_EQ(plan_error(attention(false), {3, 3}), "the scores have width 3, need 1");
}

TEST(Subtract, IsTheDifferenceAndItsGradientsMatchFiniteDifferences) {
  const Subtract layer;
  LayerRun run(layer, {.widths = {2, 2}, .rows = 1});
  run.inputs[0].set({{5, 1}});
  run.inputs[1].set({{2, 4}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{3, -3}}));
  expect_gradients_match_at_odd_sizes(layer, {.widths = {3, 3}});
  EXPECT_EQ(plan_error(layer, {3, 4}), "input 1 has width 3 but input 2 has 4");
}

}  // namespace
}  // namespace shortlist
