#include "shortlist/optim/weight_average.h"

#include <gtest/gtest.h>

#include "shortlist/base/random.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

constexpr size_t kRows = 40, kCols = 3, kSize = kRows * kCols;

// A table and a matrix that change at random, and their average.
class Changing {
 public:
  explicit Changing(const AverageConfig& config, int epochs = 8)
      : average(make_average(
            config, epochs,
            {{"table", table.view(kRows, kCols), true}, {"kernel", kernel.view(kRows, kCols)}})) {
    for (size_t i = 0; i < kSize; ++i) table.data()[i] = static_cast<float>(i), kernel.data()[i] = 1;
  }

  // A step that changes a fifth of the rows of the table, and all of the matrix.
  void step() {
    const RandomStream random = RandomStream(3, "change").at(static_cast<uint64_t>(taken_));
    for (size_t row = 0; row < kRows; ++row) {
      if ((row * 7 + static_cast<size_t>(taken_)) % 5 != 0 || row == 33) continue;
      average->before_rows(0, {row, row + 1});
      for (size_t c = 0; c < kCols; ++c)
        table.data()[row * kCols + c] += static_cast<float>(random.normal(row * kCols + c));
    }
    for (size_t i = 0; i < kSize; ++i) kernel.data()[i] += static_cast<float>(random.normal(1000 + i));
    average->after_rows(1, {0, 16});
    average->after_rows(1, {16, kRows});
    average->after_step();
    ++taken_;
  }

  std::vector<float> averaged(size_t parameter) const {
    std::vector<float> numbers(kSize);
    average->write(parameter, numbers);
    return numbers;
  }

  void restore(Changing& from) {
    std::ranges::copy(from.table.span(), table.data());
    std::ranges::copy(from.kernel.span(), kernel.data());
    const auto slots = average->slots(), old = from.average->slots();
    for (size_t i = 0; i < slots.size(); ++i)
      std::copy_n(old[i].values.data, old[i].values.rows * old[i].values.cols, slots[i].values.data);
    average->count = from.average->count;
    taken_ = from.taken_;
  }

  Buffer table{kSize}, kernel{kSize};
  std::unique_ptr<WeightAverage> average;

 private:
  int taken_ = 0;
};

// Keras's formula on all values after each step, in double.
struct Twin {
  void step(const Buffer& values, double momentum) {
    numbers.resize(values.size());
    const double past = first ? 0 : momentum;
    for (size_t i = 0; i < values.size(); ++i)
      numbers[i] = past * numbers[i] + (1 - past) * static_cast<double>(values.data()[i]);
    first = false;
  }
  std::vector<double> numbers;
  bool first = true;
};

void expect_close(const std::vector<float>& got, const std::vector<double>& expected) {
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], expected[i], 1e-6 * std::max(1.0, std::abs(expected[i]))) << "element " << i;
}

TEST(WeightAverage, AgreesWithTheDenseFormulaAlsoOnIdleRows) {
  Changing changing({.momentum = 0.9});
  Twin table, kernel;
  for (int t = 0; t < 30; ++t) {
    changing.step();
    table.step(changing.table, 0.9);
    kernel.step(changing.kernel, 0.9);
    expect_close(changing.averaged(0), table.numbers);
    expect_close(changing.averaged(1), kernel.numbers);
  }
}

TEST(WeightAverage, ShowsTheAveragesAndBringsTheWeightsBack) {
  Changing changing({.momentum = 0.9});
  EXPECT_FALSE(changing.average->begun());
  for (int t = 0; t < 5; ++t) changing.step();
  const std::vector<float> weights(changing.table.data(), changing.table.data() + kSize),
      averages = changing.averaged(0);
  ASSERT_NE(weights, averages);
  changing.average->show();
  EXPECT_TRUE(std::ranges::equal(changing.table.span(), averages));
  changing.average->hide();
  EXPECT_TRUE(std::ranges::equal(changing.table.span(), weights));
  EXPECT_EQ(changing.averaged(0), averages);
}

TEST(WeightAverage, GoesOnFromACheckpointBitForBit) {
  Changing straight({.momentum = 0.99}), first({.momentum = 0.99}), second({.momentum = 0.99});
  for (int t = 0; t < 12; ++t) straight.step();
  for (int t = 0; t < 5; ++t) first.step();
  first.averaged(0);  // a look at the averages changes nothing
  second.restore(first);
  for (int t = 5; t < 12; ++t) second.step();
  EXPECT_EQ(second.averaged(0), straight.averaged(0));
  EXPECT_EQ(second.averaged(1), straight.averaged(1));
}

// The number of steps of a row is kept exactly beyond float32's integers.
TEST(WeightAverage, CountsManySteps) {
  Changing changing({.momentum = 0.5});
  changing.average->count = (int64_t{1} << 24) + 1;
  changing.average->before_rows(0, {0, 1});
  changing.table.data()[0] = 8;
  ++changing.average->count;
  EXPECT_EQ(changing.averaged(0)[0], 4);  // was 0 in all earlier steps, 8 in the last one
}

TEST(WeightAverage, StochasticIsTheMeanOfTheLastEpochs) {
  Changing changing({.kind = AverageKind::stochastic});  // of 8 epochs, from the sixth on
  std::vector<double> sum(kSize, 0);
  for (int epoch = 1; epoch <= 8; ++epoch) {
    changing.step();
    changing.average->after_epoch(epoch);
    EXPECT_EQ(changing.average->begun(), epoch >= 6);
    for (size_t i = 0; epoch >= 6 && i < kSize; ++i) sum[i] += changing.table.data()[i];
  }
  EXPECT_EQ(changing.average->count, 3);
  for (double& x : sum) x /= 3;
  expect_close(changing.averaged(0), sum);
}

TEST(WeightAverage, RejectsAFirstEpochOfAnExponentialAverage) {
  EXPECT_EQ(message_of([] { check_average({.from_epoch = 3}); }),
            "average: from_epoch needs kind = \"stochastic\"");
}

}  // namespace
}  // namespace shortlist
