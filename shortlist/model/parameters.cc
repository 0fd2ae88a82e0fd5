#include "shortlist/model/parameters.h"

#include <algorithm>

#include "shortlist/base/spill.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

Parameters::Parameters(const ModelSpec& spec) : Parameters(spec, nullptr) {}

Parameters Parameters::of_part(const ModelSpec& spec, Parameters& whole) {
  Parameters part(spec, &whole);
  part.place_gradients();
  return part;
}

Parameters::Parameters(const ModelSpec& spec, Parameters* whole) {
  for (const Node& node : spec.nodes) {
    first_.push_back(pointers_.size());
    for (ParameterSpec& parameter : node.layer->plan(spec.widths(node.inputs)).parameters)
      add(node.name, std::move(parameter), whole);
  }
  first_.push_back(pointers_.size());
}

void Parameters::add(const std::string& node, ParameterSpec parameter, Parameters* whole) {
  SHORTLIST_CHECK(parameter.shared.empty() || parameter.table);
  const std::string name = (parameter.shared.empty() ? node : parameter.shared) + "/" + parameter.name;
  const auto found = std::ranges::find(names_, name);
  const auto number = static_cast<size_t>(found - names_.begin());
  if (found == names_.end()) {
    auto state = std::make_unique<ParameterState>();
    if (whole != nullptr) {
      state->value = whole->states_[number]->value;
      state->panels = whole->states_[number]->panels;
    } else {
      const SpillTable spills(parameter.table);
      Buffer& values = values_.emplace_back(parameter.rows, parameter.cols);
      state->value = values.view(parameter.rows, parameter.cols);
    }
    state->spec = std::move(parameter);
    states_.push_back(std::move(state));
    names_.push_back(name);
    first_user_.push_back(node);
  } else if (parameter.shared.empty() || parameter != states_[number]->spec) {
    const ParameterSpec& other = states_[number]->spec;
    throw usage_error(
        "node '{}': table '{}' has {} x {} numbers here but {} x {} in node '{}'; nodes that share a table "
        "need one size, initializer and l2",
        node, name, parameter.rows, parameter.cols, other.rows, other.cols, first_user_[number]);
  }
  pointers_.push_back(states_[number].get());
  numbers_.push_back(number);
}

ParameterState* Parameters::find(std::string_view name) {
  for (size_t i = 0; i < size(); ++i) {
    if (names_[i] == name) return states_[i].get();
  }
  return nullptr;
}

std::span<ParameterState* const> Parameters::of(size_t node) const {
  return {pointers_.data() + first_[node], first_[node + 1] - first_[node]};
}

std::span<const size_t> Parameters::numbers_of(size_t node) const {
  return {numbers_.data() + first_[node], first_[node + 1] - first_[node]};
}

namespace {

size_t count_numbers(const Parameters& parameters, bool trainable) {
  size_t count = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterSpec& spec = parameters.at(i).spec;
    if (spec.trainable == trainable) count += spec.rows * spec.cols;
  }
  return count;
}

}  // namespace

size_t Parameters::trainable_count() const { return count_numbers(*this, true); }
size_t Parameters::kept_count() const { return count_numbers(*this, false); }

void Parameters::initialize(uint64_t seed) {
  for (size_t i = 0; i < size(); ++i) {
    const ParameterSpec& spec = states_[i]->spec;
    const Matrix& value = states_[i]->value;
    shortlist::initialize(spec.initializer, RandomStream(seed, "initialize " + names_[i]), value);
    if (spec.initializer_scale != 1) scale({value.data, value.rows * value.cols}, spec.initializer_scale);
  }
}

void Parameters::place_gradients() {
  const auto each_dense = [&](auto act) {
    for (auto& state : states_) {
      if (state->spec.trainable && !state->spec.table) act(*state);
    }
  };
  size_t size = 0;
  each_dense([&](ParameterState& state) { size += state.spec.rows * state.spec.cols; });
  dense_ = Buffer(size);
  dense_second_ = Buffer(size);
  size_t begin = 0;
  each_dense([&](ParameterState& state) {
    const size_t rows = state.spec.rows, cols = state.spec.cols;
    state.gradient = {dense_.data() + begin, rows, cols, cols};
    if (state.spec.gradient_parts == 2)
      state.second_gradient = {dense_second_.data() + begin, rows, cols, cols};
    begin += rows * cols;
  });
}

void Parameters::add_halves() { shortlist::add(dense_second_.span(), dense_.span()); }

void Parameters::make_gradients() {
  for (auto& state : states_) state->make_gradient();
}

void Parameters::pack(ThreadPool& pool, bool backward, Precision precision) {
  struct Task {
    ParameterState* state;
    RowRange rows;
  };
  constexpr size_t kRowsATask = 4 * Panels::kPanelColumns;
  std::vector<Task> tasks;
  for (auto& state : states_) {
    const size_t rows = state->spec.rows, cols = state->spec.cols;
    if (!state->spec.packed) continue;
    state->packed().resize(rows, cols, precision);
    if (backward) state->packed_transposed().resize(cols, rows, precision);
    for (size_t i = 0; i < chunk_count(rows, kRowsATask); ++i) {
      tasks.push_back({state.get(), chunk_rows(rows, kRowsATask, i)});
    }
  }
  pool.run(tasks.size(), [&](size_t i, int) { tasks[i].state->pack_rows(tasks[i].rows, backward); });
}

}  // namespace shortlist
