#include "shortlist/optim/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/testing/optimizer_learner.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

// Keras's formulas on whole matrices, in double: untouched rows have a gradient of zeros.
struct Twin {
  OptimizerConfig config;
  double l1 = 0, l2 = 0;
  Numbers w, first, second;
  int t = 0;

  Twin(const OptimizerConfig& c, std::span<const float> start) : config(c), w(start.begin(), start.end()) {
    first.assign(w.size(), c.adagrad ? c.initial_accumulator : 0);
    second.assign(w.size(), 0);
  }

  double step(double rate, Numbers g) {
    ++t;
    double penalty = 0;
    for (size_t i = 0; i < w.size(); ++i) {
      penalty += l2 * w[i] * w[i] + l1 * std::abs(w[i]);
      g[i] += 2 * l2 * w[i] + (w[i] > 0 ? l1 : w[i] < 0 ? -l1 : 0);
      update(rate, g[i], i);
    }
    return penalty;
  }

 private:
  void update(double rate, double g, size_t i) {
    if (config.adam) {
      first[i] = config.beta_1 * first[i] + (1 - config.beta_1) * g;
      second[i] = config.beta_2 * second[i] + (1 - config.beta_2) * g * g;
      const double corrected =
          rate * std::sqrt(1 - std::pow(config.beta_2, t)) / (1 - std::pow(config.beta_1, t));
      w[i] -= corrected * first[i] / (std::sqrt(second[i]) + config.epsilon);
    } else if (config.adagrad) {
      first[i] += g * g;
      w[i] -= rate * g / std::sqrt(first[i] + config.epsilon);
    } else {
      first[i] = config.momentum * first[i] - rate * g;
      w[i] += config.nesterov ? config.momentum * first[i] - rate * g : first[i];
    }
  }
};

void expect_close(ConstMatrix got, const Numbers& expected) {
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(got.data[i], expected[i], 2e-6) << "element " << i;
}

void expect_agrees_with_twin(const OptimizerConfig& config, float l1 = 0, float l2 = 0) {
  ThreadPool pool(2);
  OptimizerLearner learner(config, l1, l2);
  Twin table(config, {learner.table().data, kRows * kCols}), dense(config, {learner.dense().data, 130 * 70});
  table.l1 = dense.l1 = l1;
  table.l2 = dense.l2 = l2;
  for (int t = 0; t < 10; ++t) {
    const double rate = config.learning_rate() / (1 + t);
    const double expected =
        table.step(rate, learner.next_gradient(true)) + dense.step(rate, learner.next_gradient(false));
    const double penalty = learner.step(pool);
    EXPECT_NEAR(penalty, expected, 1e-5 * std::max(1.0, expected));
    expect_close(learner.table(), table.w);
    expect_close(learner.dense(), dense.w);
  }
}

TEST(Optimizer, AdamAgreesWithKerasAlsoOnIdleRows) { expect_agrees_with_twin(adam()); }

TEST(Optimizer, AdamsEpsilonStandsOutsideOfTheRoot) {
  OptimizerConfig config = adam();
  config.epsilon = 0.5;  // large enough to tell the formulas apart
  expect_agrees_with_twin(config);
}

TEST(Optimizer, AdagradAgreesWithKeras) {
  expect_agrees_with_twin(adagrad());
  OptimizerConfig config = adagrad();
  config.epsilon = 0.5;
  config.initial_accumulator = 0;
  expect_agrees_with_twin(config);
}

TEST(Optimizer, RowwiseAdagradKeepsOneSumForARowOfATable) {
  OptimizerConfig config = adagrad();
  config.rowwise = true;
  ThreadPool pool(2);
  OptimizerLearner learner(config);
  Twin dense(config, {learner.dense().data, 130 * 70});
  Numbers table(learner.table().data, learner.table().data + kRows * kCols), sums(kRows, 0.1);
  for (int t = 0; t < 10; ++t) {
    const Numbers gradient = learner.next_gradient(true);
    for (size_t r = 0; r < kRows; ++r) {
      double squares = 0;
      for (size_t c = 0; c < kCols; ++c) squares += gradient[r * kCols + c] * gradient[r * kCols + c];
      sums[r] += squares / kCols;
      for (size_t c = 0; c < kCols; ++c)
        table[r * kCols + c] -= 0.1 / (1 + t) * gradient[r * kCols + c] / std::sqrt(sums[r] + 1e-7);
    }
    dense.step(0.1 / (1 + t), learner.next_gradient(false));
    learner.step(pool);
    expect_close(learner.table(), table);
    expect_close(learner.dense(), dense.w);
  }
  const std::vector<Optimizer::Slot> slots = learner.optimizer->slots();
  EXPECT_EQ(slots[0].values.rows, kRows);
  EXPECT_EQ(slots[0].values.cols, 1u);
  EXPECT_EQ(slots[1].values.cols, 70u);
}

TEST(Optimizer, SgdAgreesWithKeras) {
  expect_agrees_with_twin(sgd(0));
  expect_agrees_with_twin(sgd(0.9));
  expect_agrees_with_twin(sgd(0.9, true));
}

TEST(Optimizer, RegularisersReachEveryRowOfATable) {
  for (const OptimizerConfig& config : {adam(), adagrad(), sgd(0), sgd(0.9)}) {
    expect_agrees_with_twin(config, 0, 0.01f);
    expect_agrees_with_twin(config, 0.02f, 0.01f);
  }
}

TEST(Optimizer, TheFirstStepOfAdamIsTheRateInTheGradientsDirection) {
  Buffer w(1, 2), g(1, 2);
  g.data()[0] = 4, g.data()[1] = -0.001f;
  ThreadPool pool(1);
  const auto optimizer = make_optimizer({.adam = 0.01}, {{.name = "w", .value = w.view(1, 2)}});
  const Gradient gradient = {g.view(1, 2), {}};
  EXPECT_EQ(optimizer->step(pool, 0.01, {&gradient, 1}), 0);
  EXPECT_NEAR(w.data()[0], -0.01, 1e-6);
  EXPECT_NEAR(w.data()[1], 0.01, 5e-5);  // epsilon / sqrt(v) is 0.3 %
}

TEST(Optimizer, LazyAdamLeavesIdleRowsAsTheyAre) {
  ThreadPool pool(1);
  OptimizerConfig config = adam();
  config.idle_rows = IdleRows::skip;
  OptimizerLearner learner(config);
  for (int t = 0; t < 3; ++t) {
    const std::vector<float> before = learner.numbers();
    std::vector<bool> touched;
    for (size_t r = 0; r < kRows; ++r) touched.push_back(learner.touches(r));
    learner.step(pool);
    const std::vector<float> after = learner.numbers();
    for (size_t r = 0; r < kRows; ++r)
      EXPECT_EQ(after[r * kCols] != before[r * kCols], touched[r]) << "row " << r;
  }
}

TEST(Optimizer, LazyAdamEqualsKerasWhereEveryRowIsTouched) {
  ThreadPool pool(1);
  OptimizerConfig config = adam();
  const auto run = [&](IdleRows idle_rows) {
    config.idle_rows = idle_rows;
    Buffer w(2, 3), g(2, 3);
    const std::vector<uint32_t> touched = {1, 0};
    const auto optimizer = make_optimizer(config, {{.name = "w", .value = w.view(2, 3), .table = true}});
    for (int t = 0; t < 5; ++t) {
      for (size_t i = 0; i < 6; ++i) g.data()[i] = static_cast<float>(i) - static_cast<float>(t);
      const Gradient gradient = {g.view(2, 3), touched};
      optimizer->step(pool, 0.1, {&gradient, 1});
    }
    return std::vector<float>(w.span().begin(), w.span().end());
  };
  EXPECT_EQ(run(IdleRows::skip), run(IdleRows::decay));
}

TEST(Optimizer, GoesOnFromACheckpointBitForBit) {
  OptimizerConfig lazy = adam();
  lazy.idle_rows = IdleRows::skip;
  OptimizerConfig rowwise = adagrad();
  rowwise.rowwise = true;
  for (const OptimizerConfig& config : {adam(), lazy, adagrad(), rowwise, sgd(0), sgd(0.9, true)}) {
    expect_restores(config, 0);
    expect_restores(config, 0.01f);
  }
}

TEST(Optimizer, GivesTheSameBitsWithAnyNumberOfThreads) {
  const auto run = [](int threads) {
    ThreadPool pool(threads);
    OptimizerLearner learner(adam(), 0, 0.01f);
    double penalty = 0;
    for (int t = 0; t < 3; ++t) penalty += learner.step(pool);
    return std::pair(learner.numbers(), penalty);
  };
  EXPECT_EQ(run(2), run(1));
  EXPECT_EQ(run(3), run(1));
}

TEST(Optimizer, NamesItsSlotsAfterTheParameters) {
  const auto names = [](const OptimizerConfig& config) {
    std::string all;
    OptimizerLearner learner(config);
    for (const auto& slot : learner.optimizer->slots()) all += slot.name + " ";
    return all;
  };
  EXPECT_EQ(names(adam()), "table/m table/v kernel/m kernel/v ");
  EXPECT_EQ(names(adagrad()), "table/accumulator kernel/accumulator ");
  EXPECT_EQ(names(sgd(0)), "");
  EXPECT_EQ(names(sgd(0.9)), "table/velocity kernel/velocity ");
}

TEST(Optimizer, RejectsNoneAndTwo) {
  EXPECT_EQ(message_of([] { make_optimizer({}, {}); }),
            "optimizer: sets 0 of " + optimizer_names() + ", need exactly one");
  EXPECT_EQ(message_of([] { make_optimizer({.adam = 0.1, .sgd = 0.1}, {}); }),
            "optimizer: sets 2 of " + optimizer_names() + ", need exactly one");
  EXPECT_EQ(message_of([] { make_optimizer({.sgd = 0.1, .rowwise = true}, {}); }),
            "optimizer: rowwise needs adagrad");
}

TEST(Optimizer, RejectsSettingsThatDoNotFit) {
  const auto message = [](const OptimizerConfig& config) {
    return message_of([&] { check_optimizer(config); });
  };
  EXPECT_EQ(message({.adam = 0.1, .l2_shrinkage = 0.1}), "optimizer: l2_shrinkage needs ftrl, got adam");
  EXPECT_EQ(message({.sgd = 0.1, .accumulate_first = true}),
            "optimizer: accumulate_first needs clippy_adagrad, got sgd");
  EXPECT_EQ(message({.clippy_adagrad = 0.1, .weight_decay = 0.1}),
            "optimizer: weight_decay cannot be combined with clippy_adagrad");
  EXPECT_EQ(message({.adam = 0.1, .clip_norm = 1, .clip_value = 1}),
            "optimizer: sets 2 of clip_norm, clip_global_norm and clip_value, need at most one");
  EXPECT_EQ(message({.ftrl = 0.1, .schedule = ScheduleConfig{.warm_up = 5}}),
            "optimizer: ftrl divides by the learning rate: warm_up needs warm_up_from above 0");
  EXPECT_EQ(message({.ftrl = 0.1, .schedule = ScheduleConfig{.kind = ScheduleKind::cosine}}),
            "optimizer: ftrl divides by the learning rate: kind = \"cosine\" needs end above 0");
}

}  // namespace
}  // namespace shortlist
