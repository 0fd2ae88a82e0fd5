// Compares optimizers with ten steps of Keras 2.15, of Keras 3 and of TensorFlow Recommenders' ClippyAdagrad,
// and schedules with Keras 3's. The fixtures were written by tests/parity/optimizers.py, optimizers3.py and
// clippy_adagrad.py.
#include "shortlist/math/elementwise.h"
#include "shortlist/optim/optimizer.h"
#include "shortlist/optim/weight_average.h"
#include "shortlist/testing/fixture.h"

namespace shortlist {
namespace {

struct Settings : OptimizerConfig {
  float regularizer_l2 = 0;
  double momentum_of_average = 0;
  template <typename Visitor>
  void fields(Visitor& visit) {
    OptimizerConfig::fields(visit);
    visit("regularizer_l2", regularizer_l2, "");
    visit("momentum_of_average", momentum_of_average, "");
  }
};

Buffer buffer_of(std::span<const float> values) {
  Buffer buffer(values.size());
  std::ranges::copy(values, buffer.data());
  return buffer;
}

// A lookup's gradient as a layer provides it: an id that occurs twice has one row with the sum.
struct TableGradient {
  TableGradient(std::span<const int32_t> ids, std::span<const float> values, size_t cols)
      : rows(ids.size(), cols) {
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto id = static_cast<uint32_t>(ids[i]);
      const auto at = static_cast<size_t>(std::ranges::find(touched, id) - touched.begin());
      if (at == touched.size()) touched.push_back(id);
      add(values.subspan(i * cols, cols), rows.span().subspan(at * cols, cols));
    }
  }
  Buffer rows;
  std::vector<uint32_t> touched;
};

// A case's table and matrix, its optimizer, and the average of both if the case has one.
class Run {
 public:
  explicit Run(const FixtureCase& c)
      : case_(c), table_(buffer_of(c.floats("table"))), dense_(buffer_of(c.floats("dense"))) {
    read_fields(c.settings, settings_, {});
    const float l2 = settings_.regularizer_l2;
    optimizer_ = make_optimizer(settings_, {{.name = "table", .value = table(), .table = true, .l2 = l2},
                                            {.name = "dense", .value = dense(), .l2 = l2}});
    if (settings_.momentum_of_average > 0)
      average_ = make_average({.momentum = settings_.momentum_of_average}, 1,
                              {{"table", table(), true}, {"dense", dense()}});
  }

  void step(ThreadPool& pool, int number) {
    const auto of_step = [&](const char* name) { return fmt::format("{}_{}", name, number); };
    TableGradient lookup(case_.integers(of_step("ids")), case_.floats(of_step("values")), table().cols);
    Buffer slope = buffer_of(case_.floats(of_step("slope")));
    const Gradient gradients[] = {{lookup.rows.view(lookup.touched.size(), table().cols), lookup.touched},
                                  {slope.view(dense().rows, dense().cols), {}}};
    const double rate = case_.number(of_step("rate"));
    const auto updated = [&](size_t p, RowRange rows) {
      if (average_) average_->after_rows(p, rows);
    };
    const auto before = [&](size_t p, RowRange rows) { average_->before_rows(p, rows); };
    const AtRows changing(before);
    optimizer_->step(pool, {&rate, 1}, gradients, updated, average_ ? &changing : nullptr);
    expect_parity(table_.span(), case_.floats(of_step("table")), of_step("table"));
    expect_parity(dense_.span(), case_.floats(of_step("dense")), of_step("dense"));
    if (!average_) return;
    average_->after_step();
    expect_average(0, table_.size(), of_step("table_average"));
    expect_average(1, dense_.size(), of_step("dense_average"));
  }

 private:
  Matrix table() { return table_.view(case_.at("table").shape[0], case_.at("table").shape[1]); }
  Matrix dense() { return dense_.view(case_.at("dense").shape[0], case_.at("dense").shape[1]); }
  void expect_average(size_t parameter, size_t size, const std::string& name) const {
    Buffer average(size);
    average_->write(parameter, average.span());
    expect_parity(average.span(), case_.floats(name), name);
  }

  const FixtureCase& case_;
  Settings settings_;
  Buffer table_, dense_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<WeightAverage> average_;
};

void expect_ten_steps_agree(const char* fixture) {
  ThreadPool pool(2);
  for (const FixtureCase& c : fixture_cases(fixture)) {
    SCOPED_TRACE(c.name);
    Run run(c);
    for (int step = 0; step < 10; ++step) run.step(pool, step);
  }
}

TEST(Parity, TenStepsOfEveryOptimizerEndWhereKerasDoes) { expect_ten_steps_agree("optimizers"); }
TEST(Parity, TenStepsEndWhereKeras3Does) { expect_ten_steps_agree("optimizers3"); }
TEST(Parity, TenStepsOfClippyAdagradEndWhereTensorFlowRecommendersDoes) {
  expect_ten_steps_agree("clippy_adagrad");
}

TEST(Parity, SchedulesHaveTheRatesOfKeras) {
  for (const FixtureCase& c : fixture_cases("schedules")) {
    SCOPED_TRACE(c.name);
    ScheduleConfig schedule;
    read_fields(c.settings, schedule, {});
    std::vector<float> factors;
    for (size_t step = 0; step < c.floats("rates").size(); ++step)
      factors.push_back(static_cast<float>(schedule_factor(schedule, {.steps = static_cast<double>(step)})));
    expect_parity(factors, c.floats("rates"), "rates");
  }
}

}  // namespace
}  // namespace shortlist
