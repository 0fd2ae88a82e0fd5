#include "shortlist/layers/cross_mix.h"

#include <cmath>

#include "shortlist/testing/gradient_check.h"

namespace shortlist {
namespace {

CrossMix layer_of(int experts, int projection, Activation activation = Activation::tanh) {
  CrossMix layer;
  layer.cross_mix = experts;
  layer.projection = projection;
  layer.activation = activation;
  return layer;
}

// One expert of rank 1 without activation: y = x0 (((x V) C) U + b) + x.
TEST(CrossMix, MatchesTheWorkedExample) {
  const CrossMix layer = layer_of(1, 1, Activation::linear);
  LayerRun run(layer, {.widths = {2, 2}, .rows = 1});
  run.inputs[0].set({{2, 3}});
  run.inputs[1].set({{1, -1}});
  run.set_value(0, {{3}, {1}});   // V: x V = 2
  run.set_value(1, {{1, 10}});    // U
  run.set_value(2, {{5}, {-7}});  // the gate of one expert is 1
  run.set_value(3, {{0.5f, 1}});  // b
  run.set_value(4, {{4}});        // C: 8
  run.forward();
  EXPECT_EQ(run.output.rows(), (Rows{{2 * 8.5f + 1, 3 * 81 - 1}}));
}

// The definition, expert by expert.
Rows plain(LayerRun& run, const CrossMix& layer, const Rows& x0, const Rows& x) {
  const size_t experts = static_cast<size_t>(layer.cross_mix), p = static_cast<size_t>(layer.projection),
               d = x[0].size();
  const Rows v = run.value(0), u = run.value(1), gate = run.value(2), b = run.value(3);
  Rows y = x;
  for (size_t r = 0; r < x.size(); ++r) {
    std::vector<double> g(experts), t(b[0].begin(), b[0].end());
    double total = 0;
    for (size_t e = 0; e < experts; ++e) {
      for (size_t i = 0; i < d; ++i) g[e] += double{x[r][i]} * gate[i][e];
      total += g[e] = std::exp(g[e]);
    }
    for (size_t e = 0; e < experts; ++e) {
      const Rows c = run.value(4 + e);
      std::vector<double> a(p), h(p);
      for (size_t k = 0; k < p; ++k) {
        for (size_t i = 0; i < d; ++i) a[k] += double{x[r][i]} * v[i][e * p + k];
        a[k] = std::tanh(a[k]);
      }
      for (size_t k = 0; k < p; ++k) {
        for (size_t i = 0; i < p; ++i) h[k] += a[i] * c[i][k];
        h[k] = std::tanh(h[k]);
        for (size_t i = 0; i < d; ++i) t[i] += g[e] / total * h[k] * u[e * p + k][i];
      }
    }
    for (size_t i = 0; i < d; ++i) y[r][i] += static_cast<float>(x0[r][i] * t[i]);
  }
  return y;
}

TEST(CrossMix, AgreesWithThePlainDefinition) {
  const CrossMix layer = layer_of(3, 5);
  for (size_t rows : {1, 7, 8, 9}) {
    LayerRun run(layer, {.widths = {9, 9}, .rows = rows});
    run.forward();
    const Rows expected = plain(run, layer, run.inputs[0].rows(), run.inputs[1].rows()),
               got = run.output.rows();
    for (size_t r = 0; r < rows; ++r)
      for (size_t c = 0; c < 9; ++c) EXPECT_NEAR(got[r][c], expected[r][c], 1e-4);
  }
}

TEST(CrossMix, GradientsMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(layer_of(3, 2), {.widths = {5, 5}});
  expect_gradients_match_at_odd_sizes(layer_of(2, 3, Activation::sigmoid), {.widths = {4, 4}});
}

TEST(CrossMix, GradientsOfOneInputMatchFiniteDifferences) {
  expect_gradients_match_at_odd_sizes(layer_of(2, 2), {.widths = {4}});
}

TEST(CrossMix, RejectsDifferentWidths) {
  EXPECT_EQ(plan_error(CrossMix(), {3, 4}), "x0 has width 3 but x has 4");
  EXPECT_EQ(plan_error(layer_of(2, 2, Activation::gelu), {3}),
            "activation = \"gelu\": a cross_mix needs one such as tanh, relu or sigmoid");
}

}  // namespace
}  // namespace shortlist
