#include "shortlist/losses/categorical_crossentropy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/base/random.h"
#include "shortlist/losses/label_scale.h"

namespace shortlist {
namespace {

// Two scores with three classes; the first belongs to rows 0 and 2, the second to row 1.
struct Example {
  std::vector<float> logits = {0, std::log(2.0f), std::log(5.0f), 0.5f, -1, 2},
                     slopes = std::vector<float>(6, 777);
  std::vector<float> labels = {1, 2, 0}, weights = {1, 3, 0.5f};
  std::vector<uint32_t> rows = {0, 1, 2}, offsets = {0, 2, 3}, members = {0, 2, 1};

  double run(bool gradient = true, int threads = 1) {
    ThreadPool pool(threads);
    return CategoricalCrossentropy{3}.make()->run(
        pool,
        {.rows = 3,
         .scores = {{logits.data(), 2, 3, 3}, {gradient ? slopes.data() : nullptr, 2, 3, 3}},
         .rows_of_score = {offsets, members},
         .labels = {labels, rows},
         .weights = {weights, rows}},
        0.75);
  }
};

TEST(CategoricalCrossentropy, MatchesTheWorkedExample) {
  const double second = std::log(std::exp(0.5) + std::exp(-1.0) + std::exp(2.0)) - 2;
  const double expected = (std::log(4.0) + 3 * second + 0.5 * std::log(8.0)) / 3;
  EXPECT_NEAR(Example().run(), expected, 1e-6);
}

TEST(CategoricalCrossentropy, GradientsMatchFiniteDifferences) {
  Example example;
  example.run();
  for (size_t i = 0; i < example.logits.size(); ++i) {
    constexpr float kStep = 1e-2f;
    Example high = example, low = example;
    high.logits[i] += kStep, low.logits[i] -= kStep;
    EXPECT_NEAR(example.slopes[i], 0.75 * (high.run(false) - low.run(false)) / (2 * kStep), 1e-4) << i;
  }
}

TEST(CategoricalCrossentropy, HeldOutRowsCostWhatTheirBatchesCost) {
  Example example;
  const std::vector<uint32_t> score = {0, 1, 0};
  ThreadPool pool(1);
  const double held =
      CategoricalCrossentropy{3}.make()->held_out(pool, {.rows = 3,
                                                         .scores = example.logits,
                                                         .score_width = 3,
                                                         .score = score,
                                                         .labels = {example.labels, example.rows},
                                                         .weights = {example.weights, example.rows}});
  EXPECT_NEAR(held, example.run(), 1e-12);
}

TEST(CategoricalCrossentropy, PredictsTheMostProbableClass) {
  const std::vector<float> logits = {0, std::log(2.0f), std::log(5.0f)};
  EXPECT_EQ(predicted_label(Prediction::classes, logits), 2);
  std::vector<float> probabilities(3);
  class_probabilities(logits, probabilities);
  EXPECT_NEAR(probabilities[0], 0.125, 1e-6);
  EXPECT_NEAR(probabilities[2], 0.625, 1e-6);
}

}  // namespace
}  // namespace shortlist
