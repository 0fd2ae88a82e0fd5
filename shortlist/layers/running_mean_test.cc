#include "shortlist/layers/running_mean.h"

#include "shortlist/testing/segment_places.h"

namespace shortlist {
namespace {

RunningMean decaying(float half_life) {
  RunningMean layer;
  layer.half_life = half_life;
  return layer;
}

TEST(RunningMean, MatchesTheWorkedExample) {
  const RunningMean layer;
  LayerRun run(layer, along({3, 0, 1}, {2}));
  run.inputs[0].set({{1, 10}, {3, 30}, {5, 80}, {7, 70}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{1, 10}, {2, 20}, {3, 40}, {7, 70}}));
  run.doutput.set({{1, 0}, {2, 0}, {3, 6}, {4, 8}});
  run.backward();
  EXPECT_EQ(run.dinputs[0].rows(), (Rows{{3, 2}, {2, 2}, {1, 2}, {4, 8}}));
}

// Weights 1, 1/2, 1/4 from the latest event back.
TEST(RunningMean, AnEventCountsHalfAfterTheHalfLife) {
  const RunningMean layer = decaying(1);
  LayerRun run(layer, along({3}, {1}));
  run.inputs[0].set({{3}, {6}, {14}});
  run.forward();
  EXPECT_FLOAT_EQ(run.output(0, 0), 3);
  EXPECT_FLOAT_EQ(run.output(1, 0), 5);
  EXPECT_FLOAT_EQ(run.output(2, 0), (14 + 6 / 2.0f + 3 / 4.0f) / 1.75f);
}

TEST(RunningMean, AgreesWithTheSumOverAllPairsOfRows) {
  for (float half_life : {0.0f, 3.0f}) {
    const RunningMean layer = decaying(half_life);
    const LayerPlace place = along(random_lengths(12, 40), {5});
    LayerRun run(layer, place);
    run.forward();
    for (size_t s = 0; s + 1 < place.segments.size(); ++s) {
      for (size_t j = place.segments[s]; j < place.segments[s + 1]; ++j) {
        for (size_t c = 0; c < 5; ++c) {
          double sum = 0, weights = 0;
          for (size_t i = place.segments[s]; i <= j; ++i) {
            const double weight = half_life > 0 ? std::exp2(-static_cast<double>(j - i) / half_life) : 1;
            sum += weight * run.inputs[0](i, c), weights += weight;
          }
          EXPECT_NEAR(run.output(j, c), sum / weights, 1e-5);
        }
      }
    }
  }
}

TEST(RunningMean, GradientsMatchFiniteDifferences) {
  expect_gradients_match_along(RunningMean(), {3});
  expect_gradients_match_along(decaying(2.5f), {3});
}

TEST(RunningMean, LooksOnlyBackAndKeepsSegmentsApart) {
  expect_looks_only_back(decaying(2), {3});
  expect_segments_are_apart(decaying(2), {3, 0, 1, 9}, {3});
}

TEST(RunningMean, RejectsMoreInputsThanOne) {
  EXPECT_EQ(plan_error(RunningMean(), {3, 3}), "got 2 inputs, need 1");
}

}  // namespace
}  // namespace shortlist
