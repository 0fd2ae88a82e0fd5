#include "shortlist/optim/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/base/random.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

constexpr size_t kRows = 300, kCols = 5;  // of the table: several tasks
using Numbers = std::vector<double>;

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

// A table and a dense matrix, trained with random gradients. Step t touches every row with (row * 7 + t) % 5
// < 2, so that some rows repeat, some are idle in between, and row 299 is never touched.
class Learner {
 public:
  explicit Learner(const OptimizerConfig& config, float l1 = 0, float l2 = 0, float row_l2 = 0)
      : config_(config),
        table_(kRows, kCols),
        dense_(130, 70),
        dense_gradient_(130, 70),
        second_gradient_(130, 70) {
    start(table_, "table");
    start(dense_, "dense");
    optimizer = make_optimizer(
        config, {{.name = "table", .value = table(), .table = true, .l1 = l1, .l2 = l2, .row_l2 = row_l2},
                 {.name = "kernel", .value = dense(), .l1 = l1, .l2 = l2}});
  }

  Matrix table() { return table_.view(kRows, kCols); }
  Matrix dense() { return dense_.view(130, 70); }
  bool touches(size_t row) const {
    return row != 299 && (row * 7 + static_cast<size_t>(optimizer->steps)) % 5 < 2;
  }

  // The gradient of the next step, for the whole table or the matrix.
  Numbers next_gradient(bool table) const {
    const RandomStream random =
        RandomStream(9, table ? "table" : "dense").at(static_cast<uint64_t>(optimizer->steps));
    Numbers gradient(table ? kRows * kCols : 130 * 70);
    for (size_t i = 0; i < gradient.size(); ++i) {
      if (!table || touches(i / kCols)) gradient[i] = static_cast<float>(random.normal(i) * 0.1);
    }
    return gradient;
  }

  double step(ThreadPool& pool) {
    touched_.clear();
    for (uint32_t row = kRows; row-- > 0;) {
      if (touches(row)) touched_.push_back(row);
    }
    const Numbers table_gradient = next_gradient(true), dense_gradient = next_gradient(false);
    Buffer rows(touched_.size(), kCols);
    for (size_t i = 0; i < touched_.size(); ++i) {
      for (size_t c = 0; c < kCols; ++c)
        rows.data()[i * kCols + c] = static_cast<float>(table_gradient[touched_[i] * kCols + c]);
    }
    // In two parts, as from the halves of a batch.
    for (size_t i = 0; i < dense_gradient.size(); ++i)
      dense_gradient_.data()[i] = second_gradient_.data()[i] = static_cast<float>(dense_gradient[i] / 2);
    const std::vector<Gradient> gradients = {
        {rows.view(touched_.size(), kCols), touched_},
        {dense_gradient_.view(130, 70), {}, second_gradient_.view(130, 70)}};
    return optimizer->step(pool, config_.learning_rate() / (1 + optimizer->steps), gradients);
  }

  std::vector<float> numbers() const {
    std::vector<float> all(table_.span().begin(), table_.span().end());
    all.insert(all.end(), dense_.span().begin(), dense_.span().end());
    return all;
  }

  // Copies what a checkpoint contains.
  void restore(Learner& from) {
    std::ranges::copy(from.table_.span(), table_.data());
    std::ranges::copy(from.dense_.span(), dense_.data());
    const auto slots = optimizer->slots(), old = from.optimizer->slots();
    ASSERT_EQ(slots.size(), old.size());
    for (size_t i = 0; i < slots.size(); ++i) {
      EXPECT_EQ(slots[i].name, old[i].name);
      std::copy_n(old[i].values.data, slots[i].values.rows * slots[i].values.cols, slots[i].values.data);
    }
    optimizer->steps = from.optimizer->steps;
    optimizer->restored();
  }

  std::unique_ptr<Optimizer> optimizer;

 private:
  static void start(Buffer& values, std::string_view name) {
    for (size_t i = 0; i < values.size(); ++i)
      values.data()[i] = static_cast<float>(RandomStream(4, name).normal(i));
  }

  OptimizerConfig config_;
  Buffer table_, dense_, dense_gradient_, second_gradient_;
  std::vector<uint32_t> touched_;
};

void expect_close(ConstMatrix got, const Numbers& expected) {
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(got.data[i], expected[i], 2e-6) << "element " << i;
}

void expect_agrees_with_twin(const OptimizerConfig& config, float l1 = 0, float l2 = 0) {
  ThreadPool pool(2);
  Learner learner(config, l1, l2);
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

OptimizerConfig adam() { return {.adam = 0.05}; }
OptimizerConfig adagrad() { return {.adagrad = 0.1}; }
OptimizerConfig sgd(double momentum, bool nesterov = false) {
  return {.sgd = 0.1, .momentum = momentum, .nesterov = nesterov};
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
  Learner learner(config);
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
  Learner learner(config);
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

// Ten steps in one run, and five steps, a checkpoint and five more, give bit-identical results.
void expect_restores(const OptimizerConfig& config, float l2) {
  ThreadPool pool(2);
  Learner straight(config, 0, l2), first(config, 0, l2), second(config, 0, l2), used(config, 0, l2);
  for (int t = 0; t < 10; ++t) straight.step(pool);
  for (int t = 0; t < 5; ++t) first.step(pool);
  used.optimizer->steps = 2;  // other rows were touched before
  used.step(pool);
  for (Learner* learner : {&second, &used}) {
    learner->restore(first);
    double penalty = 0;
    for (int t = 5; t < 10; ++t) penalty = learner->step(pool);
    EXPECT_EQ(learner->numbers(), straight.numbers());
    EXPECT_EQ(penalty > 0, l2 > 0);
  }
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
    Learner learner(adam(), 0, 0.01f);
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
    Learner learner(config);
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
            "optimizer: sets 0 of adam, adamw, adagrad, ftrl, sgd and clippy_adagrad, need exactly one");
  EXPECT_EQ(message_of([] { make_optimizer({.adam = 0.1, .sgd = 0.1}, {}); }),
            "optimizer: sets 2 of adam, adamw, adagrad, ftrl, sgd and clippy_adagrad, need exactly one");
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

// Which rows of the table the next step changes: the number of touched and of idle ones.
std::pair<size_t, size_t> changed_rows(Learner& learner) {
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
  Learner decaying({.adamw = 0.01, .weight_decay = 0.5});
  EXPECT_EQ(changed_rows(decaying), (std::pair<size_t, size_t>{120, 180}));
  for (const OptimizerConfig& config :
       {OptimizerConfig{.adamw = 0.01, .idle_rows = IdleRows::skip},
        OptimizerConfig{.adagrad = 0.1, .idle_rows = IdleRows::skip, .weight_decay = 0.5},
        OptimizerConfig{.ftrl = 0.1}, OptimizerConfig{.clippy_adagrad = 0.1}}) {
    Learner lazy(config);
    EXPECT_EQ(changed_rows(lazy), (std::pair<size_t, size_t>{120, 0}));
  }
}

// For sgd the step is the gradient, so the penalty's share of it is the difference.
TEST(Optimizer, RowL2ReachesTheTouchedRowsAlone) {
  for (const OptimizerConfig& config : {sgd(0), sgd(0.9)}) {  // without and with tracked rows
    Learner plain(config), penalized(config, 0, 0, 0.25f);
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
      Learner learner(config, 0, 0.01f);
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
  Learner learner({.sgd = 0.1, .clip_global_norm = most});
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
