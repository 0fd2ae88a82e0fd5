#include "shortlist/layers/causal_attention.h"

#include "shortlist/testing/segment_places.h"

namespace shortlist {
namespace {

CausalAttention attention(int heads, float dropout = 0) {
  CausalAttention layer;
  layer.causal_attention = heads;
  layer.dropout = dropout;
  return layer;
}

TEST(CausalAttention, MatchesTheWorkedExample) {
  const CausalAttention layer = attention(1);
  LayerRun run(layer, along({2, 0, 1}, {1, 1, 1}));
  run.inputs[0].set({{5}, {2}, {3}});
  run.inputs[1].set({{1}, {1 + std::log(3.0f) / 2}, {3}});
  run.inputs[2].set({{10}, {20}, {30}});
  run.forward();
  EXPECT_NEAR(run.output(0, 0), 10, 1e-5);
  EXPECT_NEAR(run.output(1, 0), (10 + 3 * 20) / 4.0, 1e-5);
  EXPECT_NEAR(run.output(2, 0), 30, 1e-5);
}

double attended(const LayerRun& run, size_t begin, size_t row, size_t column, size_t width, size_t head) {
  const size_t first = column / head * head;
  std::vector<double> weights;
  double total = 0, sum = 0;
  for (size_t i = begin; i <= row; ++i) {
    double score = 0;
    for (size_t c = first; c < first + head; ++c)
      score += double{run.inputs[0](row, c)} * run.inputs[0](i, width + c);
    weights.push_back(std::exp(score / std::sqrt(static_cast<double>(head))));
    total += weights.back();
  }
  for (size_t i = begin; i <= row; ++i)
    sum += weights[i - begin] / total * run.inputs[0](i, 2 * width + column);
  return sum;
}

// Segments of up to three blocks of rows.
TEST(CausalAttention, AgreesWithTheSumOverAllPairsOfRows) {
  for (const auto& [width, heads] : {std::pair<size_t, int>{6, 1}, {6, 3}, {17, 1}, {32, 2}}) {
    const CausalAttention layer = attention(heads);
    const LayerPlace place = along({100, 0, 1, 47, 48, 49, 2}, {3 * static_cast<int>(width)});
    LayerRun run(layer, place);
    run.forward();
    for (size_t s = 0; s + 1 < place.segments.size(); ++s) {
      for (size_t r = place.segments[s]; r < place.segments[s + 1]; ++r) {
        for (size_t c = 0; c < width; ++c) {
          EXPECT_NEAR(run.output(r, c),
                      attended(run, place.segments[s], r, c, width, width / static_cast<size_t>(heads)),
                      2e-5);
        }
      }
    }
  }
}

TEST(CausalAttention, GradientsMatchFiniteDifferences) {
  expect_gradients_match_along(attention(1), {9});
  expect_gradients_match_along(attention(2), {12});
  expect_gradients_match_along(attention(2), {4, 4, 4});
  expect_gradients_match_along(attention(2, 0.4f), {12});
  expect_gradients_match(attention(1), along({50, 3}, {6}));  // two blocks of rows
}

TEST(CausalAttention, LooksOnlyBackAndKeepsSegmentsApart) {
  expect_looks_only_back(attention(2), {12});
  expect_segments_are_apart(attention(2), {60, 0, 1, 9}, {12});
}

// Values are 1, so that an output is the sum of its weights.
TEST(CausalAttention, DropsWeightsInTrainingAndKeepsTheirMean) {
  const CausalAttention layer = attention(1, 0.3f);
  double sum = 0;
  size_t whole = 0, rows = 0;
  for (bool training : {true, false}) {
    LayerPlace place = along({400}, {4, 4, 4});
    place.training = training;
    LayerRun run(layer, place);
    run.inputs[2].set(1.0f);
    run.forward();
    for (const std::vector<float>& y : run.output.rows()) {
      if (training) {
        sum += y[0], ++rows, whole += std::abs(y[0] - 1) < 1e-5;
      } else {
        EXPECT_NEAR(y[0], 1, 1e-5);
      }
    }
  }
  EXPECT_NEAR(sum / static_cast<double>(rows), 1, 0.03);
  EXPECT_LT(whole, 10u);
}

TEST(CausalAttention, RejectsInputsThatDoNotFit) {
  EXPECT_EQ(plan_error(attention(1), {3, 3}),
            "got 2 inputs, need queries, keys and values, or one input that has all three");
  EXPECT_EQ(plan_error(attention(1), {4}), "the input has width 4, which is not three times that of queries");
  EXPECT_EQ(plan_error(attention(1), {4, 4, 5}), "queries have width 4 but keys or values 5");
  EXPECT_EQ(plan_error(attention(3), {4, 4, 4}), "causal_attention = 3 does not divide the width 4");
}

}  // namespace
}  // namespace shortlist
