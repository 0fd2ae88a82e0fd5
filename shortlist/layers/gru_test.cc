#include "shortlist/layers/gru.h"

#include "shortlist/testing/segment_places.h"

namespace shortlist {
namespace {

Gru gru(int units) {
  Gru layer;
  layer.gru = units;
  return layer;
}

// z = sigmoid(0) = 1/2 and r = 1/2 everywhere: U and the biases of z and r are 0.
TEST(Gru, MatchesTheWorkedExample) {
  const Gru layer = gru(1);
  LayerRun run(layer, along({2, 0, 1}, {1}));
  run.set_value(0, {{0, 0, 1}});
  run.set_value(1, {{0, 0, 2}});
  run.set_value(2, {{0, 0, 0.25f}, {0, 0, 0.5f}});
  run.inputs[0].set({{1}, {-1}, {1}});
  run.forward();
  const double first = std::tanh(1 + 0.25 + 0.5 * 0.5) / 2;
  const double second = first / 2 + std::tanh(-1 + 0.25 + 0.5 * (2 * first + 0.5)) / 2;
  EXPECT_NEAR(run.output(0, 0), first, 1e-6);
  EXPECT_NEAR(run.output(1, 0), second, 1e-6);
  EXPECT_NEAR(run.output(2, 0), first, 1e-6);
}

// One row and one number at a time, in double precision.
std::vector<double> step(const LayerRun& run, std::span<const float> x, const std::vector<double>& h) {
  const size_t units = h.size();
  const auto value = [&](size_t p, size_t r, size_t c) { return double{run.parameters[p]->value(r, c)}; };
  const auto of_input = [&](size_t c) {
    double sum = value(2, 0, c);
    for (size_t i = 0; i < x.size(); ++i) sum += x[i] * value(0, i, c);
    return sum;
  };
  const auto of_state = [&](size_t c) {
    double sum = value(2, 1, c);
    for (size_t i = 0; i < units; ++i) sum += h[i] * value(1, i, c);
    return sum;
  };
  const auto sigmoid = [](double a) { return 1 / (1 + std::exp(-a)); };
  std::vector<double> next(units);
  for (size_t u = 0; u < units; ++u) {
    const double z = sigmoid(of_input(u) + of_state(u));
    const double r = sigmoid(of_input(units + u) + of_state(units + u));
    const double c = std::tanh(of_input(2 * units + u) + r * of_state(2 * units + u));
    next[u] = z * h[u] + (1 - z) * c;
  }
  return next;
}

TEST(Gru, AgreesWithStepsOfOneRowAtATime) {
  for (size_t units : {1, 7, 16, 19}) {
    const Gru layer = gru(static_cast<int>(units));
    const LayerPlace place = along(random_lengths(30, 12), {5});
    LayerRun run(layer, place);
    run.forward();
    for (size_t s = 0; s + 1 < place.segments.size(); ++s) {
      std::vector<double> h(units, 0);
      for (size_t r = place.segments[s]; r < place.segments[s + 1]; ++r) {
        h = step(run, Matrix(run.inputs[0]).row_span(r), h);
        for (size_t u = 0; u < units; ++u) EXPECT_NEAR(run.output(r, u), h[u], 2e-5);
      }
    }
  }
}

TEST(Gru, GradientsMatchFiniteDifferences) {
  for (int units : {1, 3, 17}) {
    SCOPED_TRACE(fmt::format("{} units", units));
    expect_gradients_match_along(gru(units), {2});
  }
}

TEST(Gru, LooksOnlyBackAndKeepsSegmentsApart) {
  expect_looks_only_back(gru(4), {3});
  expect_segments_are_apart(gru(5), random_lengths(20, 9), {3});
}

TEST(Gru, ItsPartsHaveManySegments) {
  const LayerPlace place = along(std::vector<uint32_t>(100, 50), {3});
  std::vector<size_t> parts, many;
  cut_rows(place.rows, place.segments, parts);
  cut_rows(place.rows, place.segments, many, Gru().traits().segments_a_part);
  EXPECT_GT(parts.size(), 15u);
  EXPECT_EQ(many, (std::vector<size_t>{0, 1250, 2500, 3750, 5000}));
}

TEST(Gru, RejectsMoreInputsThanOne) { EXPECT_EQ(plan_error(Gru(), {3, 3}), "got 2 inputs, need 1"); }

}  // namespace
}  // namespace shortlist
