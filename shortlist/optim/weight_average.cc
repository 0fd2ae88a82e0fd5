#include "shortlist/optim/weight_average.h"

#include <algorithm>
#include <cmath>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

std::span<float> span_of(const Matrix& m) {
  SHORTLIST_CHECK(m.stride == m.cols);
  return {m.data, m.rows * m.cols};
}

// Rows of tables are averaged when they are about to change. Until then a row's average lags by some steps,
// in all of which the row had its present value: after k of them, average = m^k average + (1 - m^k) w.
class ExponentialAverage : public WeightAverage {
 public:
  ExponentialAverage(double momentum, std::vector<Averaged> parameters)
      : WeightAverage(std::move(parameters)), momentum_(momentum) {
    for (const Averaged& p : parameters_) {
      averages_.emplace_back(p.value.rows, p.value.cols);
      included_.emplace_back(p.table ? p.value.rows : 0, 2);
    }
  }

  bool needs_rows() const override { return true; }
  bool begun() const override { return count > 0; }
  void after_step() override { ++count; }

  void before_rows(size_t p, RowRange rows) override {
    for (size_t row = rows.begin; row < rows.end; ++row) {
      const int64_t lag = count - included(p, row);
      if (lag == 0) continue;
      const std::span<const float> w = parameters_[p].value.row_span(row);
      mix(w, past(p, row, lag), {averages_[p].data() + row * w.size(), w.size()});
      float* const number = included_[p].data() + 2 * row;
      number[0] = static_cast<float>(count / kPart);
      number[1] = static_cast<float>(count % kPart);
    }
  }

  // The step that `count` does not yet include is the present one.
  void after_rows(size_t p, RowRange rows) override {
    const std::span<const float> w = span_of(parameters_[p].value);
    const size_t cols = parameters_[p].value.cols, first = rows.begin * cols, size = rows.size() * cols;
    mix(w.subspan(first, size), count == 0 ? 0 : momentum_, {averages_[p].data() + first, size});
  }

  void write(size_t p, std::span<float> out) const override {
    std::copy_n(averages_[p].data(), out.size(), out.data());
    if (!parameters_[p].table) return;
    const size_t cols = parameters_[p].value.cols;
    for (size_t row = 0; row < parameters_[p].value.rows; ++row) {
      const int64_t lag = count - included(p, row);
      if (lag > 0) mix(parameters_[p].value.row_span(row), past(p, row, lag), out.subspan(row * cols, cols));
    }
  }

  std::vector<Optimizer::Slot> slots() override {
    std::vector<Optimizer::Slot> all;
    for (size_t p = 0; p < parameters_.size(); ++p) {
      const Averaged& parameter = parameters_[p];
      all.push_back({parameter.name, averages_[p].view(parameter.value.rows, parameter.value.cols)});
      if (parameter.table)
        all.push_back({parameter.name + "/steps", included_[p].view(parameter.value.rows, 2)});
    }
    return all;
  }

 private:
  static constexpr int64_t kPart = 1 << 20;  // float32 is exact up to 2^24

  // The number of steps in a row's average.
  int64_t included(size_t p, size_t row) const {
    const float* const number = included_[p].data() + 2 * row;
    return static_cast<int64_t>(number[0]) * kPart + static_cast<int64_t>(number[1]);
  }
  // The weight of the past after `lag` more steps. The first step's weights replace what was there.
  double past(size_t p, size_t row, int64_t lag) const {
    if (included(p, row) == 0) return 0;
    return lag == 1 ? momentum_ : std::pow(momentum_, static_cast<double>(lag));
  }

  static void mix(std::span<const float> w, double past, std::span<float> average) {
    const auto old = static_cast<float>(past), fresh = static_cast<float>(1 - past);
    for (size_t i = 0; i < w.size(); ++i) average[i] = old * average[i] + fresh * w[i];
  }

  const double momentum_;
  std::vector<Buffer> averages_;
  std::vector<Buffer> included_;  // per row of a table: the number of steps, as n / kPart and n % kPart
};

class StochasticAverage : public WeightAverage {
 public:
  StochasticAverage(int from_epoch, std::vector<Averaged> parameters)
      : WeightAverage(std::move(parameters)), from_epoch_(from_epoch) {
    for (const Averaged& p : parameters_) means_.emplace_back(p.value.rows, p.value.cols);
  }

  bool begun() const override { return count > 0; }

  void after_epoch(int epoch) override {
    if (epoch < from_epoch_) return;
    ++count;
    for (size_t p = 0; p < parameters_.size(); ++p) {
      const std::span<const float> w = span_of(parameters_[p].value);
      float* const mean = means_[p].data();
      const auto share = static_cast<float>(1 / static_cast<double>(count));
      for (size_t i = 0; i < w.size(); ++i) mean[i] += (w[i] - mean[i]) * share;
    }
  }

  void write(size_t p, std::span<float> out) const override {
    std::copy_n(means_[p].data(), out.size(), out.data());
  }

  std::vector<Optimizer::Slot> slots() override {
    std::vector<Optimizer::Slot> all;
    for (size_t p = 0; p < parameters_.size(); ++p)
      all.push_back(
          {parameters_[p].name, means_[p].view(parameters_[p].value.rows, parameters_[p].value.cols)});
    return all;
  }

 private:
  const int from_epoch_;
  std::vector<Buffer> means_;
};

}  // namespace

void WeightAverage::show() {
  SHORTLIST_CHECK(begun() && hidden_.empty());
  for (size_t p = 0; p < parameters_.size(); ++p) {
    const std::span<float> value = span_of(parameters_[p].value);
    Buffer average(parameters_[p].value.rows, parameters_[p].value.cols);
    write(p, {average.data(), value.size()});
    std::ranges::swap_ranges(value, std::span(average.data(), value.size()));
    hidden_.push_back(std::move(average));
  }
}

void WeightAverage::hide() {
  for (size_t p = 0; p < parameters_.size(); ++p)
    std::copy_n(hidden_[p].data(), parameters_[p].value.rows * parameters_[p].value.cols,
                parameters_[p].value.data);
  hidden_.clear();
}

void check_average(const AverageConfig& config) {
  if (config.from_epoch && config.kind != AverageKind::stochastic)
    throw usage_error("average: from_epoch needs kind = \"stochastic\"");
}

std::unique_ptr<WeightAverage> make_average(const AverageConfig& config, int epochs,
                                            std::vector<Averaged> parameters) {
  if (config.kind == AverageKind::exponential)
    return std::make_unique<ExponentialAverage>(config.momentum, std::move(parameters));
  const int from = config.from_epoch.value_or(std::max(1, epochs * 3 / 4));
  return std::make_unique<StochasticAverage>(from, std::move(parameters));
}

}  // namespace shortlist
