// Compares metrics with Keras 2.15 and TensorFlow Recommenders. The fixture was written by
// tests/parity/metrics.py.
#include "shortlist/metrics/rank_metrics.h"
#include "shortlist/metrics/rating_metrics.h"
#include "shortlist/testing/fixture.h"

namespace shortlist {
namespace {

void expect_figures(const Metrics& figures, const FixtureCase& c, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const double theirs = c.number(name);
    EXPECT_NEAR(*find_metric(figures, name), theirs, kParityTolerance * theirs) << name;
  }
}

Metrics rank_figures(const FixtureCase& c) {
  RankMetrics metrics({1, 2, 5});
  const auto own = c.integers("own");
  const auto scores = c.floats("scores"), weights = c.floats("weights");
  const size_t candidates = c.at("scores").shape[1];
  for (size_t row = 0; row < own.size(); ++row) {
    const auto of_row = scores.subspan(row * candidates, candidates);
    const float mine = of_row[static_cast<size_t>(own[row])];
    const auto greater = std::ranges::count_if(of_row, [&](float score) { return score > mine; });
    const auto equal = std::ranges::count(of_row, mine) - 1;
    metrics.add({static_cast<uint32_t>(greater), static_cast<uint32_t>(equal)}, weights[row]);
  }
  return metrics.figures();
}

TEST(Parity, MetricsAreThoseOfKeras) {
  for (const FixtureCase& c : fixture_cases("metrics")) {
    SCOPED_TRACE(c.name);
    if (c.name.starts_with("top_k/")) {
      expect_figures(rank_figures(c), c, {"keras_top_1", "keras_top_2", "keras_top_5"});
      continue;
    }
    const Metrics figures =
        rating_figures({c.floats("predictions"), c.floats("labels"), c.floats("weights")});
    if (c.name.starts_with("classes/")) {
      expect_figures(figures, c, {"accuracy", "keras_auc", "rmse"});
    } else {
      expect_figures(figures, c, {"rmse", "mae"});
    }
  }
}

}  // namespace
}  // namespace shortlist
