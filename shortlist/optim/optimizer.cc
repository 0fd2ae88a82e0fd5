#include "shortlist/optim/optimizer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "shortlist/base/prefetch.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// Few enough that they, their gradient and their slots stay in the L1 cache through all passes.
constexpr size_t kNumbersATask = 16'384, kNumbersAtOnce = 1024;
constexpr size_t kTableRowsATask = 512, kRowsAhead = 16;

double penalty(const Trained& parameter, std::span<const float> w, std::span<float> gradient) {
  double total = 0;
  if (parameter.l2 != 0) {
    total += parameter.l2 * static_cast<double>(sum_of_squares(w));
    add_scaled(w, 2 * parameter.l2, gradient);
  }
  if (parameter.l1 != 0) {
    double sum = 0;
    for (size_t i = 0; i < w.size(); ++i) {
      sum += std::abs(w[i]);
      gradient[i] += w[i] > 0 ? parameter.l1 : w[i] < 0 ? -parameter.l1 : 0;
    }
    total += parameter.l1 * sum;
  }
  return total;
}

// Shared by all three optimizers: iterates over the values in tasks, and over tables by rows. A rule defines
//   slots per value (or, with `row_slots`, per table row), `visits_idle_rows`, begin(step, rate) and
//   update(gradient, value, slot spans).
template <typename Rule>
class RuleOptimizer : public Optimizer {
 public:
  RuleOptimizer(Rule rule, std::vector<Trained> parameters)
      : rule_(rule), parameters_(std::move(parameters)) {
    for (const Trained& p : parameters_) {
      State& state = states_.emplace_back();
      for (size_t s = 0; s < rule_.slot_names().size(); ++s) {
        state.slots.emplace_back(p.value.rows, slot_cols(p));
        fill(state.slots.back().span(), rule_.initial());
      }
      if (p.table && (rule_.visits_idle_rows() || regularized(p))) state.seen.resize(p.value.rows);
    }
  }

  double step(ThreadPool& pool, double learning_rate, std::span<const Gradient> gradients,
              AtRows updated) override {
    SHORTLIST_CHECK(gradients.size() == parameters_.size());
    rule_.begin(++steps, learning_rate);
    tasks_.clear();
    for (size_t p = 0; p < parameters_.size(); ++p) {
      const size_t work = prepare(p, gradients[p]);
      for (size_t i = 0; i < chunk_count(work, rows_a_task(parameters_[p])); ++i) tasks_.push_back({p, i, 0});
    }
    pool.run(tasks_.size(), [&](size_t i, int) {
      Task& task = tasks_[i];
      task.penalty = parameters_[task.parameter].table
                         ? update_table(task, gradients[task.parameter])
                         : update_matrix(task, gradients[task.parameter], updated);
    });
    double total = 0;
    for (const Task& task : tasks_) total += task.penalty;
    return total;
  }

  size_t slots_a_number() const override { return rule_.slot_names().size(); }

  std::vector<Slot> slots() override {
    std::vector<Slot> all;
    for (size_t p = 0; p < parameters_.size(); ++p) {
      const Trained& parameter = parameters_[p];
      for (size_t s = 0; s < states_[p].slots.size(); ++s) {
        all.push_back({fmt::format("{}/{}", parameter.name, rule_.slot_names()[s]),
                       states_[p].slots[s].view(parameter.value.rows, slot_cols(parameter))});
      }
    }
    return all;
  }

  // A row has been touched if its slots differ from their initial values.
  void restored() override {
    for (size_t p = 0; p < parameters_.size(); ++p) {
      State& state = states_[p];
      state.rows.clear();
      state.place.clear();
      for (size_t r = 0; r < state.seen.size(); ++r) {
        state.seen[r] = regularized(parameters_[p]) || moved(state, slot_cols(parameters_[p]), r);
        if (state.seen[r]) state.rows.push_back(static_cast<uint32_t>(r));
      }
    }
  }

 private:
  struct State {
    std::vector<Buffer> slots;
    std::vector<uint8_t> seen;     // per table row: whether it has ever been touched
    std::vector<uint32_t> rows;    // those rows, ascending
    std::vector<uint32_t> source;  // per entry of `rows`: its index in the gradient + 1, or 0
    std::vector<uint32_t> place;   // per table row: its index in `rows`
  };
  struct Task {
    size_t parameter, index;
    double penalty;
  };

  size_t slot_cols(const Trained& p) const { return p.table && rule_.row_slots() ? 1 : p.value.cols; }
  static bool regularized(const Trained& p) { return p.l1 != 0 || p.l2 != 0; }

  bool moved(const State& state, size_t cols, size_t row) const {
    for (const Buffer& slot : state.slots) {
      const float* values = slot.data() + row * cols;
      if (std::any_of(values, values + cols, [&](float x) { return x != rule_.initial(); })) return true;
    }
    return false;
  }

  // Returns the number of rows to update.
  size_t prepare(size_t p, const Gradient& gradient) {
    State& state = states_[p];
    if (!parameters_[p].table) return parameters_[p].value.rows;
    if (state.seen.empty()) return gradient.touched.size();
    if (regularized(parameters_[p]) && state.rows.empty()) see_all(state);
    see(state, gradient.touched);
    state.source.assign(state.rows.size(), 0);
    for (size_t i = 0; i < gradient.touched.size(); ++i) {
      state.source[state.place[gradient.touched[i]]] = static_cast<uint32_t>(i) + 1;
    }
    return state.rows.size();
  }

  // Adds rows to the touched ones.
  static void see(State& state, std::span<const uint32_t> touched) {
    const auto before = static_cast<std::ptrdiff_t>(state.rows.size());
    for (uint32_t row : touched) {
      if (!state.seen[row]) state.seen[row] = 1, state.rows.push_back(row);
    }
    if (state.rows.size() == static_cast<size_t>(before) && !state.place.empty()) return;
    std::sort(state.rows.begin() + before, state.rows.end());
    std::inplace_merge(state.rows.begin(), state.rows.begin() + before, state.rows.end());
    state.place.resize(state.seen.size());
    for (size_t i = 0; i < state.rows.size(); ++i) state.place[state.rows[i]] = static_cast<uint32_t>(i);
  }

  static void see_all(State& state) {
    for (size_t r = 0; r < state.seen.size(); ++r)
      state.seen[r] = 1, state.rows.push_back(static_cast<uint32_t>(r));
  }

  static size_t rows_a_task(const Trained& p) {
    if (p.table) return kTableRowsATask;
    const size_t rows = kNumbersATask / std::max<size_t>(1, p.value.cols);
    return std::max<size_t>(1, rows / kRowsAtOnce) * kRowsAtOnce;
  }

  double update_matrix(const Task& task, const Gradient& gradient, AtRows updated) {
    const Matrix& value = parameters_[task.parameter].value;
    const RowRange rows = chunk_rows(value.rows, rows_a_task(parameters_[task.parameter]), task.index);
    SHORTLIST_CHECK(gradient.gradient.stride == value.cols &&
                    (gradient.second.data == nullptr || gradient.second.stride == value.cols));
    alignas(64) float sum[kNumbersAtOnce];
    double cost = 0;
    const size_t last = rows.end * value.cols;
    for (size_t first = rows.begin * value.cols; first < last; first += kNumbersAtOnce) {
      const std::span<float> whole = std::span(sum).first(std::min(kNumbersAtOnce, last - first));
      std::copy_n(gradient.gradient.data + first, whole.size(), sum);
      if (gradient.second.data != nullptr) add({gradient.second.data + first, whole.size()}, whole);
      cost += update(task.parameter, first, whole);
    }
    updated(task.parameter, rows);
    return cost;
  }

  double update_table(const Task& task, const Gradient& gradient) {
    const State& state = states_[task.parameter];
    const size_t cols = parameters_[task.parameter].value.cols;
    const bool touched_only = state.seen.empty();
    const std::span<const uint32_t> rows = touched_only ? gradient.touched : std::span(state.rows);
    const RowRange range = chunk_rows(rows.size(), kTableRowsATask, task.index);
    double total = 0;
    for (size_t i = range.begin, count; i < range.end; i += count) {
      if (i + kRowsAhead < range.end) prefetch_row(task.parameter, rows[i + kRowsAhead]);
      count = touched_only ? 1 : rows_in_line(rows.subspan(i, range.end - i), cols);
      const std::span<float> some =
          touched_only ? gradient.gradient.row_span(i) : gather(gradient.gradient, state, {i, i + count});
      total += update(task.parameter, rows[i] * cols, some);
    }
    return total;
  }

  // Number of leading `rows` that are consecutive in the table, to be updated at once.
  size_t rows_in_line(std::span<const uint32_t> rows, size_t cols) const {
    const size_t most = rule_.row_slots() ? 1 : std::min(rows.size(), kNumbersAtOnce / cols);
    size_t count = 1;
    while (count < most && rows[count] == rows[0] + count) ++count;
    return count;
  }

  // Gathers the gradients of some of state.rows, with zeros for rows that the batch does not touch.
  static std::span<float> gather(const Matrix& gradient, const State& state, RowRange range) {
    static thread_local std::vector<float> gathered;
    gathered.resize(range.size() * gradient.cols);
    auto to = gathered.begin();
    for (size_t i = range.begin; i < range.end; ++i) {
      const uint32_t source = state.source[i];
      to = source > 0 ? std::copy_n(gradient.row(source - 1), gradient.cols, to)
                      : std::fill_n(to, gradient.cols, 0.0f);
    }
    return gathered;
  }

  // Table rows are far apart in memory.
  void prefetch_row(size_t p, size_t row) const {
    const Trained& parameter = parameters_[p];
    prefetch(parameter.value.row(row));
    for (const Buffer& slot : states_[p].slots) prefetch(slot.data() + row * slot_cols(parameter));
  }

  double update(size_t p, size_t first, std::span<float> gradient) {
    const std::span<float> value = {parameters_[p].value.data + first, gradient.size()};
    const double cost = penalty(parameters_[p], value, gradient);
    std::array<std::span<float>, 2> slots;
    const size_t cols = parameters_[p].value.cols, kept = slot_cols(parameters_[p]);
    for (size_t s = 0; s < states_[p].slots.size(); ++s) {
      float* const own = states_[p].slots[s].data();
      slots[s] = kept == cols ? std::span(own + first, gradient.size())
                              : std::span(own + first / cols * kept, gradient.size() / cols * kept);
    }
    rule_.update(gradient, value, slots);
    return cost;
  }

  Rule rule_;
  std::vector<Trained> parameters_;
  std::vector<State> states_;
  std::vector<Task> tasks_;
};

using Slots = const std::array<std::span<float>, 2>&;

class AdamRule {
 public:
  explicit AdamRule(const OptimizerConfig& config) : config_(config) {}
  std::vector<const char*> slot_names() const { return {"m", "v"}; }
  float initial() const { return 0; }
  bool row_slots() const { return false; }
  bool visits_idle_rows() const { return config_.idle_rows == IdleRows::decay; }
  void begin(int64_t step, double rate) {
    const double t = static_cast<double>(step);
    const double corrected =
        rate * std::sqrt(1 - std::pow(config_.beta_2, t)) / (1 - std::pow(config_.beta_1, t));
    step_ = {static_cast<float>(corrected), static_cast<float>(config_.beta_1),
             static_cast<float>(config_.beta_2), static_cast<float>(config_.epsilon)};
  }
  void update(std::span<const float> gradient, std::span<float> value, Slots slots) const {
    adam(step_, gradient, slots[0], slots[1], value);
  }

 private:
  OptimizerConfig config_;
  AdamStep step_;
};

class AdagradRule {
 public:
  explicit AdagradRule(const OptimizerConfig& config) : config_(config) {}
  std::vector<const char*> slot_names() const { return {"accumulator"}; }
  float initial() const { return static_cast<float>(config_.initial_accumulator); }
  bool row_slots() const { return config_.rowwise; }
  bool visits_idle_rows() const { return false; }  // without a gradient nothing changes
  void begin(int64_t, double rate) { rate_ = static_cast<float>(rate); }
  void update(std::span<const float> gradient, std::span<float> value, Slots slots) const {
    const auto epsilon = static_cast<float>(config_.epsilon);
    if (slots[0].size() == gradient.size()) return adagrad(rate_, epsilon, gradient, slots[0], value);
    float& accumulator = slots[0][0];
    accumulator += sum_of_squares(gradient) / static_cast<float>(gradient.size());
    add_scaled(gradient, -rate_ / std::sqrt(accumulator + epsilon), value);
  }

 private:
  OptimizerConfig config_;
  float rate_ = 0;
};

class SgdRule {
 public:
  explicit SgdRule(const OptimizerConfig& config) : config_(config) {}
  std::vector<const char*> slot_names() const {
    return config_.momentum != 0 ? std::vector<const char*>{"velocity"} : std::vector<const char*>{};
  }
  float initial() const { return 0; }
  bool row_slots() const { return false; }
  bool visits_idle_rows() const { return config_.momentum != 0; }
  void begin(int64_t, double rate) { rate_ = static_cast<float>(rate); }
  void update(std::span<const float> gradient, std::span<float> value, Slots slots) const {
    sgd(rate_, static_cast<float>(config_.momentum), config_.nesterov, gradient, slots[0], value);
  }

 private:
  OptimizerConfig config_;
  float rate_ = 0;
};

}  // namespace

std::vector<std::string> slot_names(const OptimizerConfig& config) {
  const std::vector<const char*> names = config.adam      ? AdamRule(config).slot_names()
                                         : config.adagrad ? AdagradRule(config).slot_names()
                                                          : SgdRule(config).slot_names();
  return {names.begin(), names.end()};
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::vector<Trained> parameters) {
  const int named = config.adam.has_value() + config.adagrad.has_value() + config.sgd.has_value();
  if (named != 1) throw usage_error("optimizer: sets {} of adam, adagrad and sgd, need exactly one", named);
  if (config.rowwise && !config.adagrad) throw usage_error("optimizer: rowwise needs adagrad");
  if (config.adam) return std::make_unique<RuleOptimizer<AdamRule>>(AdamRule(config), std::move(parameters));
  if (config.adagrad)
    return std::make_unique<RuleOptimizer<AdagradRule>>(AdagradRule(config), std::move(parameters));
  return std::make_unique<RuleOptimizer<SgdRule>>(SgdRule(config), std::move(parameters));
}

}  // namespace shortlist
