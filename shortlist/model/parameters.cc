#include "shortlist/model/parameters.h"

namespace shortlist {

Parameters::Parameters(const ModelSpec& spec) {
  for (const Node& node : spec.nodes) {
    first_.push_back(states_.size());
    for (ParameterSpec& parameter : node.layer->plan(spec.widths(node.inputs)).parameters) {
      names_.push_back(node.name + "/" + parameter.name);
      Buffer& values = values_.emplace_back(parameter.rows, parameter.cols);
      auto state = std::make_unique<ParameterState>();
      state->value = values.view(parameter.rows, parameter.cols);
      state->spec = std::move(parameter);
      pointers_.push_back(state.get());
      states_.push_back(std::move(state));
    }
  }
  first_.push_back(states_.size());
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
    shortlist::initialize(states_[i]->spec.initializer, RandomStream(seed, "initialize " + names_[i]),
                          states_[i]->value);
  }
}

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
    state->packed.resize(rows, cols, precision);
    if (backward) state->packed_transposed.resize(cols, rows, precision);
    for (size_t i = 0; i < chunk_count(rows, kRowsATask); ++i) {
      tasks.push_back({state.get(), chunk_rows(rows, kRowsATask, i)});
    }
  }
  pool.run(tasks.size(), [&](size_t i, int) { tasks[i].state->pack_rows(tasks[i].rows, backward); });
}

}  // namespace shortlist
