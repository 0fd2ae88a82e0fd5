// What all optimizers share: iterates over the values in tasks, and over tables by rows, regularises and
// clips gradients, and decays weights. The formula is a rule (rules.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "shortlist/base/prefetch.h"
#include "shortlist/base/spill.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/optim/optimizer.h"
#include "shortlist/optim/rules.h"
#include "shortlist/optim/table_rows.h"

namespace shortlist {

// Adds the gradients of l1 sum|w| + l2 sum w^2 and returns the penalty.
double add_penalty(const Trained& parameter, std::span<const float> w, std::span<float> gradient);

template <typename Rule>
class RuleOptimizer : public Optimizer {
 public:
  RuleOptimizer(const OptimizerConfig& config, std::vector<Trained> parameters)
      : config_(config), rule_(config), parameters_(std::move(parameters)) {
    for (const Trained& p : parameters_) {
      State& state = states_.emplace_back();
      const SpillTable spills(p.table);
      for (size_t s = 0; s < rule_.slot_names().size(); ++s) {
        state.slots.emplace_back(p.value.rows, slot_cols(p));
        // Zeros already. Pages of a mapped file that no step touches are then never created.
        if (rule_.initial(s) != 0) fill(state.slots.back().span(), rule_.initial(s));
      }
      if (p.table && (rule_.visits_idle_rows() || visits_all_rows(p))) state.rows.track(p.value.rows);
    }
  }

  double step(ThreadPool& pool, std::span<const double> rates, std::span<const Gradient> gradients,
              AtRows updated, const AtRows* changing) override {
    SHORTLIST_CHECK(gradients.size() == parameters_.size() && rates.size() == 1);
    rule_.begin(++steps, rates[0]);
    kept_ = static_cast<float>(1 - rates[0] * config_.decay());
    make_tasks(gradients);
    if (config_.clip_norm || config_.clip_global_norm) set_factors(pool, gradients);
    if constexpr (Rule::kLimits) set_shares(pool, gradients);
    pool.run(tasks_.size(), [&](size_t i, int) {
      Task& task = tasks_[i];
      const auto update = [&](size_t first, std::span<float> gradient, double penalty) {
        task.penalty += penalty;
        this->update(task.parameter, first, gradient);
      };
      visit(task, gradients[task.parameter], update, changing);
      if (!parameters_[task.parameter].table) updated(task.parameter, rows_of(task));
    });
    double total = 0;
    for (const Task& task : tasks_) total += task.penalty;
    return total;
  }

  size_t slots_a_number(size_t) const override { return rule_.slot_names().size(); }

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
      states_[p].rows.restore([&](size_t row) { return visits_all_rows(parameters_[p]) || moved(p, row); });
    }
  }

 private:
  // Few enough that they, their gradient and their slots stay in the L1 cache through all passes.
  static constexpr size_t kNumbersATask = 16'384, kNumbersAtOnce = 1024;
  static constexpr size_t kTableRowsATask = 512, kRowsAhead = 16;

  struct State {
    std::vector<Buffer> slots;
    TableRows rows;
    float factor = 1;  // of the gradient, to clip its norm
    float share = 1;   // of the step
  };
  struct Task {
    size_t parameter, index;
    double penalty, measured;
  };

  size_t slot_cols(const Trained& p) const { return p.table && rule_.row_slots() ? 1 : p.value.cols; }
  // Whether rows of this table change that no batch has touched.
  bool visits_all_rows(const Trained& p) const {
    return p.l1 != 0 || p.l2 != 0 || (config_.decay() != 0 && config_.idle_rows == IdleRows::decay);
  }

  bool moved(size_t p, size_t row) const {
    const size_t cols = slot_cols(parameters_[p]);
    for (size_t s = 0; s < states_[p].slots.size(); ++s) {
      const float* values = states_[p].slots[s].data() + row * cols;
      if (std::any_of(values, values + cols, [&](float x) { return x != rule_.initial(s); })) return true;
    }
    return false;
  }

  void make_tasks(std::span<const Gradient> gradients) {
    tasks_.clear();
    for (size_t p = 0; p < parameters_.size(); ++p) {
      const size_t work = prepare(p, gradients[p]);
      for (size_t i = 0; i < chunk_count(work, rows_a_task(parameters_[p])); ++i)
        tasks_.push_back({p, i, 0, 0});
    }
  }

  // Returns the number of rows to update.
  size_t prepare(size_t p, const Gradient& gradient) {
    TableRows& rows = states_[p].rows;
    if (!parameters_[p].table) return parameters_[p].value.rows;
    if (!rows.tracked()) return gradient.touched.size();
    if (visits_all_rows(parameters_[p])) rows.see_all();
    rows.begin(gradient.touched);
    return rows.rows().size();
  }

  static size_t rows_a_task(const Trained& p) {
    if (p.table) return kTableRowsATask;
    const size_t rows = kNumbersATask / std::max<size_t>(1, p.value.cols);
    return std::max<size_t>(1, rows / kRowsAtOnce) * kRowsAtOnce;
  }
  RowRange rows_of(const Task& task) const {
    const Trained& parameter = parameters_[task.parameter];
    return chunk_rows(parameter.value.rows, rows_a_task(parameter), task.index);
  }

  // Calls visit(first, gradient, penalty) for runs of the task's values, each from `first` on, with a copy of
  // their regularised gradient.
  template <typename Visit>
  void visit(const Task& task, const Gradient& gradient, const Visit& visit, const AtRows* changing) {
    if (!parameters_[task.parameter].table) return visit_matrix(task, gradient, visit);
    if (states_[task.parameter].rows.tracked()) return visit_tracked(task, gradient, visit, changing);
    visit_touched(task, gradient, visit, changing);
  }

  template <typename Visit>
  void visit_matrix(const Task& task, const Gradient& gradient, const Visit& visit) {
    const Matrix& value = parameters_[task.parameter].value;
    const RowRange rows = rows_of(task);
    SHORTLIST_CHECK(gradient.gradient.stride == value.cols &&
                    (gradient.second.data == nullptr || gradient.second.stride == value.cols));
    alignas(64) float sum[kNumbersAtOnce];
    const size_t last = rows.end * value.cols;
    for (size_t first = rows.begin * value.cols; first < last; first += kNumbersAtOnce) {
      const std::span<float> whole = std::span(sum).first(std::min(kNumbersAtOnce, last - first));
      std::copy_n(gradient.gradient.data + first, whole.size(), sum);
      if (gradient.second.data != nullptr) add({gradient.second.data + first, whole.size()}, whole);
      visit(first, whole, penalize(task.parameter, first, whole));
    }
  }

  template <typename Visit>
  void visit_touched(const Task& task, const Gradient& gradient, const Visit& visit, const AtRows* changing) {
    const Trained& parameter = parameters_[task.parameter];
    const RowRange range = chunk_rows(gradient.touched.size(), kTableRowsATask, task.index);
    for (size_t i = range.begin; i < range.end; ++i) {
      if (i + kRowsAhead < range.end) prefetch_row(task.parameter, gradient.touched[i + kRowsAhead]);
      const size_t row = gradient.touched[i];
      if (changing != nullptr) (*changing)(task.parameter, {row, row + 1});
      const std::span<float> own = scratch(parameter.value.cols);
      std::copy_n(gradient.gradient.row(i), own.size(), own.begin());
      const double penalty = parameter.row_l2 != 0 ? penalize_row(parameter, row, own) : 0;
      visit(row * own.size(), own, penalty);
    }
  }

  template <typename Visit>
  void visit_tracked(const Task& task, const Gradient& gradient, const Visit& visit, const AtRows* changing) {
    const TableRows& tracked = states_[task.parameter].rows;
    const size_t cols = parameters_[task.parameter].value.cols;
    const std::span<const uint32_t> rows = tracked.rows();
    const RowRange range = chunk_rows(rows.size(), kTableRowsATask, task.index);
    for (size_t i = range.begin, count; i < range.end; i += count) {
      if (i + kRowsAhead < range.end) prefetch_row(task.parameter, rows[i + kRowsAhead]);
      count = rows_in_line(rows.subspan(i, range.end - i), cols);
      if (changing != nullptr) (*changing)(task.parameter, {rows[i], rows[i] + count});
      const std::span<float> gathered = scratch(count * cols);
      const double of_rows =
          gather(task.parameter, gradient.gradient, tracked.source().subspan(i, count), rows[i], gathered);
      visit(rows[i] * cols, gathered, of_rows + penalize(task.parameter, rows[i] * cols, gathered));
    }
  }

  static std::span<float> scratch(size_t size) {
    static thread_local std::vector<float> memory;
    memory.resize(size);
    return memory;
  }

  // Number of leading `rows` that are consecutive in the table, to be updated at once.
  size_t rows_in_line(std::span<const uint32_t> rows, size_t cols) const {
    const size_t most = rule_.row_slots() ? 1 : std::min(rows.size(), kNumbersAtOnce / cols);
    size_t count = 1;
    while (count < most && rows[count] == rows[0] + count) ++count;
    return count;
  }

  // Gathers the gradients of consecutive rows, with zeros for those that the batch does not touch. Returns
  // the penalties of those that it touches.
  double gather(size_t p, const Matrix& gradient, std::span<const uint32_t> source, size_t first_row,
                std::span<float> gathered) const {
    double penalty = 0;
    const size_t cols = gradient.cols;
    for (size_t i = 0; i < source.size(); ++i) {
      const std::span<float> to = gathered.subspan(i * cols, cols);
      if (source[i] == 0) {
        std::ranges::fill(to, 0.0f);
        continue;
      }
      std::copy_n(gradient.row(source[i] - 1), cols, to.begin());
      if (parameters_[p].row_l2 != 0) penalty += penalize_row(parameters_[p], first_row + i, to);
    }
    return penalty;
  }

  static double penalize_row(const Trained& parameter, size_t row, std::span<float> gradient) {
    const std::span<const float> w = parameter.value.row_span(row);
    add_scaled(w, 2 * parameter.row_l2, gradient);
    return parameter.row_l2 * static_cast<double>(sum_of_squares(w));
  }
  double penalize(size_t p, size_t first, std::span<float> gradient) const {
    return add_penalty(parameters_[p], {parameters_[p].value.data + first, gradient.size()}, gradient);
  }

  // Table rows are far apart in memory.
  void prefetch_row(size_t p, size_t row) const {
    const Trained& parameter = parameters_[p];
    prefetch(parameter.value.row(row));
    for (const Buffer& slot : states_[p].slots) prefetch(slot.data() + row * slot_cols(parameter));
  }

  Slots slots_at(size_t p, size_t first, size_t size) {
    Slots slots;
    const size_t cols = parameters_[p].value.cols, kept = slot_cols(parameters_[p]);
    for (size_t s = 0; s < states_[p].slots.size(); ++s) {
      float* const own = states_[p].slots[s].data();
      slots[s] = kept == cols ? std::span(own + first, size)
                              : std::span(own + first / cols * kept, size / cols * kept);
    }
    return slots;
  }

  // A pass over all gradients that changes nothing. Sets each task's `measured` to measure(old, parameter,
  // first, gradient) over its values, beginning with `start`.
  template <typename Measure>
  void measure(ThreadPool& pool, std::span<const Gradient> gradients, double start, const Measure& measure) {
    pool.run(tasks_.size(), [&](size_t i, int) {
      Task& task = tasks_[i];
      task.measured = start;
      const auto some = [&](size_t first, std::span<float> gradient, double) {
        task.measured = measure(task.measured, task.parameter, first, gradient);
      };
      visit(task, gradients[task.parameter], some, nullptr);
    });
  }

  // Sums of squares are added in the order of the tasks.
  void set_factors(ThreadPool& pool, std::span<const Gradient> gradients) {
    measure(pool, gradients, 0, [](double sum, size_t, size_t, std::span<const float> gradient) {
      return sum + static_cast<double>(sum_of_squares(gradient));
    });
    std::vector<double> squares(parameters_.size(), 0);
    double all = 0;
    for (const Task& task : tasks_) squares[task.parameter] += task.measured, all += task.measured;
    const double most = config_.clip_norm ? *config_.clip_norm : *config_.clip_global_norm;
    for (size_t p = 0; p < parameters_.size(); ++p) {
      const double norm = std::sqrt(config_.clip_norm ? squares[p] : all);
      states_[p].factor = static_cast<float>(most / std::max(norm, most));
    }
  }

  void set_shares(ThreadPool& pool, std::span<const Gradient> gradients) {
    const auto limit = [&](double share, size_t p, size_t first, std::span<float> gradient) {
      clip(p, gradient);
      const std::span<const float> value = {parameters_[p].value.data + first, gradient.size()};
      const float own = rule_.limit(gradient, value, slots_at(p, first, gradient.size()));
      return std::min(share, static_cast<double>(own));
    };
    measure(pool, gradients, 1, limit);
    for (State& state : states_) state.share = 1;
    for (const Task& task : tasks_) {
      float& share = states_[task.parameter].share;
      share = std::min(share, static_cast<float>(task.measured));
    }
  }

  void clip(size_t p, std::span<float> gradient) const {
    if (states_[p].factor != 1) scale(gradient, states_[p].factor);
    if (!config_.clip_value) return;
    const auto most = static_cast<float>(*config_.clip_value);
    for (float& g : gradient) g = std::clamp(g, -most, most);
  }

  void update(size_t p, size_t first, std::span<float> gradient) {
    clip(p, gradient);
    const std::span<float> value = {parameters_[p].value.data + first, gradient.size()};
    if (kept_ != 1) scale(value, kept_);
    const Slots slots = slots_at(p, first, gradient.size());
    if constexpr (Rule::kLimits) {
      rule_.update(gradient, value, slots, states_[p].share);
    } else {
      rule_.update(gradient, value, slots);
    }
  }

  const OptimizerConfig config_;
  Rule rule_;
  std::vector<Trained> parameters_;
  std::vector<State> states_;
  std::vector<Task> tasks_;
  float kept_ = 1;  // what weight decay leaves of a weight in this step
};

}  // namespace shortlist
