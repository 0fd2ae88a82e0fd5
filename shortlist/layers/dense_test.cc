#include "shortlist/layers/dense.h"

#include "shortlist/testing/gradient_check.h"
#include "shortlist/testing/reference.h"

namespace shortlist {
namespace {

TEST(Dense, MatchesTheWorkedExample) {
  Dense layer;
  layer.dense = 2;
  layer.activation = Activation::relu;
  LayerRun run(layer, {.widths = {3}, .rows = 2});
  run.inputs[0].set({{1, 2, 3}, {0, -1, 1}});
  run.set_value(0, {{1, 0}, {0, 1}, {1, -1}});
  run.set_value(1, {{10, 0.5f}});
  run.forward();
  // 1 + 3 + 10, 2 - 3 + 0.5 cut at 0; 1 + 10, -1 - 1 + 0.5 cut at 0.
  EXPECT_EQ(run.output.rows(), (Rows{{14, 0}, {11, 0}}));
  run.doutput.set({{1, 1}, {2, 1}});
  run.backward();
  EXPECT_EQ(run.gradient(0), (Rows{{1, 0}, {0, 0}, {5, 0}}));
  EXPECT_EQ(run.gradient(1), (Rows{{3, 0}}));
  EXPECT_EQ(run.dinputs[0].rows(), (Rows{{1, 0, 1}, {2, 0, 2}}));
}

TEST(Dense, GradientsMatchFiniteDifferences) {
  for (const auto& [activation, name] : EnumNames<Activation>::names) {
    SCOPED_TRACE(name);
    Dense layer;
    layer.dense = 5;
    layer.activation = activation;
    expect_gradients_match_at_odd_sizes(layer, {.widths = {4}});
    layer.bias = false;
    expect_gradients_match(layer, {.widths = {4}});
  }
}

TEST(Dense, GradientsOfWideKernelsAreWrittenByManyTasks) {
  Dense layer;
  layer.dense = 37;
  LayerRun run(layer, {.widths = {300}, .rows = 210});
  run.forward();
  ASSERT_GT(layer.gradient_tasks(run.pass), 1u);
  run.doutput.set(RandomStream(5, "dy"));
  run.backward();
  for (size_t k : {0, 299}) {
    for (size_t u : {0, 15, 16, 36}) {
      double expected = 0, bias = 0;
      for (size_t r = 0; r < 210; ++r) {
        expected += static_cast<double>(run.inputs[0](r, k)) * run.doutput(r, u);
        bias += run.doutput(r, u);
      }
      EXPECT_NEAR(run.gradient(0)[k][u], expected, 1e-3);
      EXPECT_NEAR(run.gradient(1)[0][u], bias, 1e-3);
    }
  }
}

TEST(Dense, AgreesWithReferenceAtOddSizes) {
  for (const auto& [activation, name] : EnumNames<Activation>::names) {
    for (size_t rows : {0, 1, 7, 8, 9}) {
      SCOPED_TRACE(fmt::format("{}, {} rows", name, rows));
      Dense layer;
      layer.dense = 17;
      layer.activation = activation;
      LayerRun run(layer, {.widths = {9}, .rows = rows});
      run.forward();
      for (size_t r = 0; r < rows; ++r) {
        for (size_t u = 0; u < 17; ++u) {
          double x = run.value(1)[0][u];
          for (size_t k = 0; k < 9; ++k) x += static_cast<double>(run.inputs[0](r, k)) * run.value(0)[k][u];
          EXPECT_NEAR(run.output(r, u), reference::activation(activation, x), 1e-5);
        }
      }
    }
  }
}

TEST(Dense, DoesWithoutTheGradientOfItsInput) {
  const Dense layer;
  LayerRun run(layer, {.widths = {3}});
  run.drop_dinputs();
  run.forward();
  run.doutput.set(1);
  run.backward();
  EXPECT_EQ(run.gradient(1)[0][31], 9);
}

TEST(Dense, RejectsWrongInputsAndSizes) {
  Dense layer;
  EXPECT_EQ(plan_error(layer, {3, 4}), "got 2 inputs, need 1");
  EXPECT_EQ(plan_error(layer, {}), "got 0 inputs, need 1");
  layer.dense = 0;
  EXPECT_EQ(plan_error(layer, {3}), "dense = 0: needs at least one unit");
}

}  // namespace
}  // namespace shortlist
