// Weight decay, penalties of touched rows and clipping, which all optimizers share.
#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/testing/optimizer_learner.h"

namespace shortlist {
namespace {

// Which rows of the table the next step changes: the number of touched and of idle ones.
std::pair<size_t, size_t> changed_rows(OptimizerLearner& learner) {
  ThreadPool pool(1);
  const std::vector<float> before = learner.numbers();
  std::vector<bool> touched;
  for (size_t r = 0; r < kRows; ++r) touched.push_back(learner.touches(r));
  learner.step(pool);
  const std::vector<float> after = learner.numbers();
  std::pair<size_t, size_t> changed;
  for (size_t r = 0; r < kRows; ++r) {
    if (after[r * kCols] != before[r * kCols]) ++(touched[r] ? changed.first : changed.second);
  }
  return changed;
}

TEST(Optimizer, WeightDecayReachesIdleRowsUnlessToldNotTo) {
  OptimizerLearner decaying({.adamw = 0.01, .weight_decay = 0.5});
  EXPECT_EQ(changed_rows(decaying), (std::pair<size_t, size_t>{120, 180}));
  for (const OptimizerConfig& config :
       {OptimizerConfig{.adamw = 0.01, .idle_rows = IdleRows::skip},
        OptimizerConfig{.adagrad = 0.1, .idle_rows = IdleRows::skip, .weight_decay = 0.5},
        OptimizerConfig{.ftrl = 0.1}, OptimizerConfig{.clippy_adagrad = 0.1}}) {
    OptimizerLearner lazy(config);
    EXPECT_EQ(changed_rows(lazy), (std::pair<size_t, size_t>{120, 0}));
  }
}

// For sgd the step is the gradient, so the penalty's share of it is the difference.
TEST(Optimizer, RowL2ReachesTheTouchedRowsAlone) {
  for (const OptimizerConfig& config : {sgd(0), sgd(0.9)}) {  // without and with tracked rows
    OptimizerLearner plain(config), penalized(config, 0, 0, 0.25f);
    ThreadPool pool(2);
    const std::vector<float> start = plain.numbers();
    double squares = 0;
    for (size_t r = 0; r < kRows; ++r) {
      for (size_t c = 0; c < kCols && plain.touches(r); ++c)
        squares += double{start[r * kCols + c]} * start[r * kCols + c];
    }
    std::vector<bool> touched;
    for (size_t r = 0; r < kRows; ++r) touched.push_back(plain.touches(r));
    EXPECT_EQ(plain.step(pool), 0);
    EXPECT_NEAR(penalized.step(pool), 0.25 * squares, 1e-3);
    const std::vector<float> a = plain.numbers(), b = penalized.numbers();
    for (size_t i = 0; i < kRows * kCols; ++i)
      EXPECT_NEAR(b[i] - a[i], touched[i / kCols] ? -0.1 * 2 * 0.25 * start[i] : 0, 1e-6);
    EXPECT_TRUE(std::equal(a.begin() + kRows * kCols, a.end(), b.begin() + kRows * kCols));
  }
}

std::vector<OptimizerConfig> clipped_configs() {
  return {{.adamw = 0.05, .clip_global_norm = 0.5},
          {.adagrad = 0.1, .clip_norm = 0.5},
          {.ftrl = 0.1, .l1_strength = 0.01, .clip_value = 0.05},
          {.clippy_adagrad = 0.1, .clip_global_norm = 0.5},
          {.sgd = 0.1, .momentum = 0.9, .weight_decay = 0.1, .clip_norm = 2}};
}

TEST(Optimizer, ClippedStepsGoOnFromACheckpointBitForBit) {
  for (const OptimizerConfig& config : clipped_configs()) {
    expect_restores(config, 0);
    expect_restores(config, 0.01f);
  }
}

TEST(Optimizer, ClippedStepsGiveTheSameBitsWithAnyNumberOfThreads) {
  for (const OptimizerConfig& config : clipped_configs()) {
    const auto run = [&](int threads) {
      ThreadPool pool(threads);
      OptimizerLearner learner(config, 0, 0.01f);
      for (int t = 0; t < 3; ++t) learner.step(pool);
      return learner.numbers();
    };
    EXPECT_EQ(run(2), run(1));
    EXPECT_EQ(run(3), run(1));
  }
}

// A table without penalties has the norm of its touched rows.
TEST(Optimizer, ClipsTheGlobalNormOfTablesAndMatricesTogether) {
  const double most = 0.5;
  OptimizerLearner learner({.sgd = 0.1, .clip_global_norm = most});
  const Numbers table = learner.next_gradient(true), dense = learner.next_gradient(false);
  double squares = 0;
  for (double g : table) squares += g * g;
  for (double g : dense) squares += g * g;
  ASSERT_GT(std::sqrt(squares), most);
  const std::vector<float> before = learner.numbers();
  ThreadPool pool(2);
  learner.step(pool);
  const std::vector<float> after = learner.numbers();
  for (size_t i = 0; i < table.size(); ++i)
    ASSERT_NEAR(after[i] - before[i], -0.1 * table[i] * most / std::sqrt(squares), 1e-6);
}

}  // namespace
}  // namespace shortlist
