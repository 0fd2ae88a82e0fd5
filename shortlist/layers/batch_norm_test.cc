#include "shortlist/layers/batch_norm.h"

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

enum { kGamma, kBeta, kMovingMean, kMovingVariance };

TEST(BatchNorm, MatchesTheWorkedExample) {
  BatchNorm layer;
  layer.epsilon = 0;
  LayerRun run(layer, {.widths = {1}, .rows = 2});
  run.inputs[0].set({{1}, {5}});  // mean 3, population variance 4
  run.set_value(kGamma, {{2}});
  run.set_value(kBeta, {{10}});
  run.set_value(kMovingMean, {{0}});
  run.set_value(kMovingVariance, {{1}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{8}, {12}}));
  EXPECT_FLOAT_EQ(run.value(kMovingMean)[0][0], 0.03f);
  EXPECT_FLOAT_EQ(run.value(kMovingVariance)[0][0], 1.03f);
}

TEST(BatchNorm, InInferenceUsesTheMovingStatisticsAndKeepsThem) {
  BatchNorm layer;
  layer.epsilon = 0;
  LayerRun run(layer, {.widths = {1}, .rows = 2, .training = false});
  run.inputs[0].set({{1}, {5}});
  run.set_value(kGamma, {{3}});
  run.set_value(kBeta, {{1}});
  run.set_value(kMovingMean, {{2}});
  run.set_value(kMovingVariance, {{4}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{-0.5f}, {5.5f}}));
  EXPECT_EQ(run.value(kMovingMean), (Rows{{2}}));
  EXPECT_EQ(run.value(kMovingVariance), (Rows{{4}}));
}

TEST(BatchNorm, GradientsMatchFiniteDifferences) {
  const BatchNorm layer;
  for (size_t rows : {5, 7, 8, 9}) expect_gradients_match(layer, {.widths = {3}, .rows = rows});
  expect_gradients_match(layer, {.widths = {3}, .rows = 5, .multiplicity = {1, 4, 2, 1, 7}});
  expect_gradients_match_at_odd_sizes(layer, {.widths = {3}, .training = false});
}

TEST(BatchNorm, ManyColumnsAreSharedOutAmongTasks) {
  expect_gradients_match(BatchNorm(), {.widths = {130}, .rows = 6});
}

TEST(BatchNorm, OneRowComesOutAsBeta) {
  const BatchNorm layer;
  LayerRun run(layer, {.widths = {2}, .rows = 1});
  run.set_value(kBeta, {{7, 8}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{7, 8}}));
}

TEST(BatchNorm, AnEmptyBatchLeavesTheMovingStatisticsAlone) {
  const BatchNorm layer;
  LayerRun run(layer, {.widths = {2}, .rows = 0});
  const Rows mean = run.value(kMovingMean), variance = run.value(kMovingVariance);
  run.forward();
  run.backward();
  EXPECT_EQ(run.value(kMovingMean), mean);
  EXPECT_EQ(run.value(kMovingVariance), variance);
  EXPECT_EQ(run.gradient(kGamma), (Rows{{0, 0}}));
}

// Rows 0, 1 and 2 represent 2, 1 and 3 rows; the plain twin lists all of them.
TEST(BatchNorm, ARowThatStandsForManyEqualsTheSameRowsListed) {
  const std::vector<size_t> listed = {0, 0, 1, 2, 2, 2};
  const BatchNorm layer;
  LayerRun distinct(layer, {.widths = {4}, .rows = 3, .multiplicity = {2, 1, 3}});
  LayerRun plain(layer, {.widths = {4}, .rows = 6});
  distinct.doutput.set(0);
  plain.doutput.set(RandomStream(3, "dy"));
  for (size_t r = 0; r < listed.size(); ++r) {
    for (size_t c = 0; c < 4; ++c) plain.inputs[0](r, c) = distinct.inputs[0](listed[r], c);
    for (size_t c = 0; c < 4; ++c) distinct.doutput(listed[r], c) += plain.doutput(r, c);
  }
  for (LayerRun* run : {&distinct, &plain}) run->forward(), run->backward();

  SpacedMatrix summed(3, 4);
  summed.set(0);
  for (size_t r = 0; r < listed.size(); ++r) {
    for (size_t c = 0; c < 4; ++c) {
      EXPECT_NEAR(plain.output(r, c), distinct.output(listed[r], c), 1e-6);
      summed(listed[r], c) += plain.dinputs[0](r, c);
    }
  }
  for (size_t i = 0; i < summed.size(); ++i) EXPECT_NEAR(distinct.dinputs[0].at(i), summed.at(i), 1e-5);
  for (size_t c = 0; c < 4; ++c) {
    EXPECT_NEAR(distinct.gradient(kGamma, c), plain.gradient(kGamma, c), 1e-5);
    EXPECT_NEAR(distinct.gradient(kBeta, c), plain.gradient(kBeta, c), 1e-5);
    EXPECT_NEAR(distinct.value(kMovingMean)[0][c], plain.value(kMovingMean)[0][c], 1e-6);
    EXPECT_NEAR(distinct.value(kMovingVariance)[0][c], plain.value(kMovingVariance)[0][c], 1e-6);
  }
}

TEST(BatchNorm, RejectsSeveralInputsAndFalse) {
  BatchNorm layer;
  EXPECT_EQ(plan_error(layer, {3, 3}), "got 2 inputs, need 1");
  layer.batch_norm = false;
  EXPECT_EQ(plan_error(layer, {3}), "batch_norm = false: leave the layer out instead");
}

}  // namespace
}  // namespace shortlist
