// For tests only: a table and a matrix that an optimizer trains with random gradients.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/optim/optimizer.h"

namespace shortlist {

inline constexpr size_t kRows = 300, kCols = 5;  // of the table: several tasks
using Numbers = std::vector<double>;

// A table and a dense matrix, trained with random gradients. Step t touches every row with (row * 7 + t) % 5
// < 2, so that some rows repeat, some are idle in between, and row 299 is never touched.
class OptimizerLearner {
 public:
  explicit OptimizerLearner(const OptimizerConfig& config, float l1 = 0, float l2 = 0, float row_l2 = 0)
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
  void restore(OptimizerLearner& from) {
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

inline OptimizerConfig adam() { return {.adam = 0.05}; }
inline OptimizerConfig adagrad() { return {.adagrad = 0.1}; }
inline OptimizerConfig sgd(double momentum, bool nesterov = false) {
  return {.sgd = 0.1, .momentum = momentum, .nesterov = nesterov};
}

// Ten steps in one run, and five steps, a checkpoint and five more, give bit-identical results.
inline void expect_restores(const OptimizerConfig& config, float l2) {
  ThreadPool pool(2);
  OptimizerLearner straight(config, 0, l2), first(config, 0, l2), second(config, 0, l2), used(config, 0, l2);
  for (int t = 0; t < 10; ++t) straight.step(pool);
  for (int t = 0; t < 5; ++t) first.step(pool);
  used.optimizer->steps = 2;  // other rows were touched before
  used.step(pool);
  for (OptimizerLearner* learner : {&second, &used}) {
    learner->restore(first);
    double penalty = 0;
    for (int t = 5; t < 10; ++t) penalty = learner->step(pool);
    EXPECT_EQ(learner->numbers(), straight.numbers());
    EXPECT_EQ(penalty > 0, l2 > 0);
  }
}

}  // namespace shortlist
