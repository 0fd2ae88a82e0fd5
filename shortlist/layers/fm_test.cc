#include "shortlist/layers/fm.h"

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

TEST(FactorizationMachine, MatchesTheWorkedExample) {
  const FactorizationMachine layer;
  LayerRun run(layer, {.widths = {2, 2, 2}, .rows = 1});
  run.inputs[0].set({{1, 2}});
  run.inputs[1].set({{3, 4}});
  run.inputs[2].set({{-1, 1}});
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{11 + 1 + 1}}));
}

TEST(FactorizationMachine, IsTheSumOfTheDotProductsOfAllPairs) {
  const FactorizationMachine layer;
  for (size_t rows : {1, 7, 9}) {
    LayerRun run(layer, {.widths = {5, 5, 5, 5}, .rows = rows});
    run.forward();
    for (size_t r = 0; r < rows; ++r) {
      double sum = 0;
      for (size_t i = 0; i < 4; ++i)
        for (size_t j = 0; j < i; ++j)
          for (size_t c = 0; c < 5; ++c) sum += double{run.inputs[i](r, c)} * run.inputs[j](r, c);
      EXPECT_NEAR(run.output(r, 0), sum, 1e-5);
    }
  }
}

TEST(FactorizationMachine, GradientsMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(FactorizationMachine(), {.widths = {3, 3, 3}});
}

TEST(FactorizationMachine, RejectsInputsThatDoNotFit) {
  EXPECT_EQ(plan_error(FactorizationMachine(), {3}), "got 1 inputs, need at least two");
  EXPECT_EQ(plan_error(FactorizationMachine(), {3, 4}), "input 1 has width 3 but input 2 has 4");
}

}  // namespace
}  // namespace shortlist
