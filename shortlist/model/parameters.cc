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
  for (auto& state : states_) {
    if (!state->spec.trainable || state->spec.table)
      continue;  // a table's gradient grows with what a batch touches
    state->gradient_memory = Buffer(state->spec.rows, state->spec.cols);
    state->gradient = state->gradient_memory.view(state->spec.rows, state->spec.cols);
  }
}

void Parameters::pack(ThreadPool& pool, bool backward) {
  struct Task {
    ParameterState* state;
    bool transposed;
    size_t begin;
  };
  constexpr size_t kPanelsATask = 4;
  std::vector<Task> tasks;
  for (auto& state : states_) {
    if (!state->spec.packed) continue;
    state->packed.resize(state->spec.rows, state->spec.cols);
    for (size_t p = 0; p < state->packed.count(); p += kPanelsATask) tasks.push_back({state.get(), false, p});
    if (!backward) continue;
    state->packed_transposed.resize(state->spec.cols, state->spec.rows);
    for (size_t p = 0; p < state->packed_transposed.count(); p += kPanelsATask)
      tasks.push_back({state.get(), true, p});
  }
  pool.run(tasks.size(), [&](size_t i, int) {
    auto& [state, transposed, begin] = tasks[i];
    Panels& panels = transposed ? state->packed_transposed : state->packed;
    const size_t end = std::min(begin + kPanelsATask, panels.count());
    transposed ? panels.pack_transposed(state->value, begin, end) : panels.pack(state->value, begin, end);
  });
}

}  // namespace shortlist
