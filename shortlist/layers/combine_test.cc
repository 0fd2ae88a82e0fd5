#include "shortlist/layers/combine.h"

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

// The output for one row of inputs.
std::vector<float> output(const Layer& layer, const Rows& inputs) {
  LayerPlace place{.rows = 1};
  for (const auto& input : inputs) place.widths.push_back(static_cast<int>(input.size()));
  LayerRun run(layer, place);
  for (size_t i = 0; i < inputs.size(); ++i) run.inputs[i].set({inputs[i]});
  run.forward();
  return run.output.rows()[0];
}
using Row = std::vector<float>;

TEST(Concat, MatchesTheWorkedExample) {
  EXPECT_EQ(output(Concat(), {{1, 2}, {3}, {4, 5}}), (Row{1, 2, 3, 4, 5}));
}

TEST(Concat, GradientsMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(Concat(), {.widths = {3, 1, 2}});
}

TEST(Add, MatchesTheWorkedExample) {
  EXPECT_EQ(output(Add(), {{1, 2}, {10, 20}, {100, 200}}), (Row{111, 222}));
}

TEST(Add, GradientsMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(Add(), {.widths = {3, 3, 3}});
}

TEST(Multiply, MatchesTheWorkedExample) {
  EXPECT_EQ(output(Multiply(), {{1, 2}, {3, 4}, {5, 6}}), (Row{15, 48}));
}

TEST(Multiply, GradientsMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(Multiply(), {.widths = {3, 3, 3}});
  expect_gradients_match(Multiply(), {.widths = {3}});
}

TEST(DotInteraction, GoesThroughTheLowerTriangleRowByRow) {
  DotInteraction layer;
  EXPECT_EQ(output(layer, {{2}, {3}, {5}}), (Row{6, 10, 15}));  // (1,0), (2,0), (2,1)
  EXPECT_EQ(output(layer, {{1, 2}, {3, 4}}), (Row{11}));
  layer.self_interaction = true;
  EXPECT_EQ(output(layer, {{2}, {3}, {5}}), (Row{4, 6, 9, 10, 15, 25}));
}

TEST(DotInteraction, GradientsMatchFiniteDifferences) {
  DotInteraction layer;
  expect_gradients_match_at_odd_sizes(layer, {.widths = {3, 3, 3}});
  layer.self_interaction = true;
  expect_gradients_match_at_odd_sizes(layer, {.widths = {3, 3, 3}});
}

TEST(L2Normalize, MatchesTheWorkedExample) {
  EXPECT_FLOAT_EQ(output(L2Normalize(), {{3, 4}})[0], 0.6f);
  EXPECT_FLOAT_EQ(output(L2Normalize(), {{3, 4}})[1], 0.8f);
  EXPECT_EQ(output(L2Normalize(), {{0, 0}}), (Row{0, 0}));
}

TEST(L2Normalize, GradientsMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(L2Normalize(), {.widths = {4}});
}

TEST(L2Normalize, TreatsTheLengthOfTinyRowsAsAConstant) {
  const L2Normalize layer;
  LayerRun run(layer, {.widths = {2}, .rows = 1});
  run.inputs[0].set({{3e-8f, 4e-8f}});
  run.forward();
  EXPECT_FLOAT_EQ(run.output(0, 0), 0.03f);
  run.doutput.set({{1, 2}});
  run.backward();
  EXPECT_FLOAT_EQ(run.dinputs[0](0, 0), 1e6f);
  EXPECT_FLOAT_EQ(run.dinputs[0](0, 1), 2e6f);
}

TEST(Activate, MatchesTheWorkedExample) { EXPECT_EQ(output(Activate(), {{-1, 0, 2}}), (Row{0, 0, 2})); }

TEST(Activate, GradientsMatchFiniteDifferences) {
  for (const auto& [activation, name] : EnumNames<Activation>::names) {
    SCOPED_TRACE(name);
    Activate layer;
    layer.activation = activation;
    expect_gradients_match_at_odd_sizes(layer, {.widths = {5}});
  }
}

TEST(Combine, DoesWithoutTheGradientsOfInputs) {
  const Concat concat;
  const Add add;
  const Multiply multiply;
  const DotInteraction dot_interaction;
  const std::vector<const Layer*> layers = {&concat, &add, &multiply, &dot_interaction};
  for (const Layer* layer : layers) {
    SCOPED_TRACE(layer->kind());
    LayerRun run(*layer, {.widths = {2, 2}});
    run.dinputs[0].set(5);
    run.drop_dinputs();
    run.forward();
    run.doutput.set(1);
    run.backward();
    EXPECT_EQ(run.dinputs[0](0, 0), 5);
  }
}

TEST(Combine, RejectsDifferentWidths) {
  EXPECT_EQ(plan_error(Add(), {3, 3, 4}), "input 1 has width 3 but input 3 has 4");
  EXPECT_EQ(plan_error(Multiply(), {3, 4}), "input 1 has width 3 but input 2 has 4");
  EXPECT_EQ(plan_error(DotInteraction(), {3, 4}), "input 1 has width 3 but input 2 has 4");
  EXPECT_EQ(plan_error(L2Normalize(), {3, 4}), "got 2 inputs, need 1");
  EXPECT_EQ(plan_error(Activate(), {}), "got 0 inputs, need 1");
}

TEST(Combine, RejectsTooFewInputs) {
  EXPECT_EQ(plan_error(Concat(), {}), "needs at least one input");
  EXPECT_EQ(plan_error(Add(), {}), "needs at least one input");
  EXPECT_EQ(plan_error(DotInteraction(), {3}), "needs at least two inputs");
}

}  // namespace
}  // namespace shortlist
