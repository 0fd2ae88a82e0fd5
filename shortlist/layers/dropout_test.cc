#include "shortlist/layers/dropout.h"

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

Dropout dropout_of(float rate) {
  Dropout layer;
  layer.dropout = rate;
  return layer;
}

TEST(Dropout, DropsTheRateAndScalesTheRest) {
  const Dropout layer = dropout_of(0.2f);
  LayerRun run(layer, {.widths = {50}, .rows = 400});
  run.inputs[0].set(1);
  run.forward();
  size_t dropped = 0;
  for (size_t i = 0; i < run.output.size(); ++i) {
    if (run.output.at(i) == 0) {
      ++dropped;
    } else {
      ASSERT_FLOAT_EQ(run.output.at(i), 1.25f);
    }
  }
  EXPECT_NEAR(static_cast<double>(dropped) / 20'000, 0.2, 0.01);  // 3.5 deviations
}

TEST(Dropout, BackwardDropsTheSameElements) {
  const Dropout layer = dropout_of(0.5f);
  LayerRun run(layer, {.widths = {9}, .rows = 9});
  run.inputs[0].set(1);
  run.forward();
  run.doutput.set(1);
  run.backward();
  EXPECT_EQ(run.dinputs[0].rows(), run.output.rows());
}

TEST(Dropout, TheMaskFollowsTheKeyAndTheRow) {
  const Dropout layer = dropout_of(0.5f);
  LayerRun run(layer, {.widths = {64}, .rows = 2});
  run.inputs[0].set(1);
  run.forward();
  const Rows first = run.output.rows();
  EXPECT_NE(first[0], first[1]);
  run.forward();
  EXPECT_EQ(run.output.rows(), first);
  run.pass.random_key = 43;
  run.forward();
  EXPECT_NE(run.output.rows(), first);
}

TEST(Dropout, IsTheIdentityInInference) {
  const Dropout layer = dropout_of(0.9f);
  LayerRun run(layer, {.widths = {9}, .training = false});
  run.forward();
  EXPECT_EQ(run.output.rows(), run.inputs[0].rows());
}

TEST(Dropout, GradientsMatchFiniteDifferences) {
  const Dropout layer = dropout_of(0.3f);
  expect_gradients_match_at_odd_sizes(layer, {.widths = {5}});
  expect_gradients_match_at_odd_sizes(layer, {.widths = {5}, .training = false});
}

TEST(Dropout, TellsCopiesApartUnlessItDropsNothing) {
  EXPECT_TRUE(dropout_of(0.1f).traits().tells_copies_apart);
  EXPECT_FALSE(dropout_of(0).traits().tells_copies_apart);
}

TEST(Dropout, RejectsRatesOutsideOfTheRange) {
  EXPECT_EQ(plan_error(dropout_of(1), {3}), "dropout = 1: needs to lie in [0, 1)");
  EXPECT_EQ(plan_error(dropout_of(-0.5f), {3}), "dropout = -0.5: needs to lie in [0, 1)");
  EXPECT_EQ(plan_error(dropout_of(0.5f), {3, 3}), "got 2 inputs, need 1");
}

}  // namespace
}  // namespace shortlist
