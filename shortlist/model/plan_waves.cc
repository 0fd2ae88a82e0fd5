#include "shortlist/model/plan_waves.h"

#include <algorithm>

namespace shortlist {
namespace {

void place(std::vector<Wave>& waves, size_t wave, int row_set, WaveStep step) {
  if (waves.size() <= wave) waves.resize(wave + 1);
  std::vector<WaveRows>& rows = waves[wave].row_sets;
  const auto found = std::ranges::find(rows, row_set, &WaveRows::row_set);
  WaveRows& own = found != rows.end() ? *found : rows.emplace_back(WaveRows{row_set, {}});
  own.steps.push_back(step);
}

// An output's gradient is available from the start.
void set_add_flags(PlanGraph& graph, const std::vector<Wave>& waves) {
  std::vector<bool> has_gradient;
  for (const PlanNode& n : graph.nodes) has_gradient.push_back(n.output);
  for (const Wave& wave : waves) {
    for (const WaveRows& rows : wave.row_sets) {
      for (const WaveStep& step : rows.steps) {
        if (step.look) continue;
        PlanNode& n = graph[step.node];
        n.add.clear();
        for (int input : n.inputs) {
          n.add.push_back(has_gradient[static_cast<size_t>(input)]);
          has_gradient[static_cast<size_t>(input)] = true;
        }
      }
    }
  }
}

}  // namespace

std::vector<Wave> forward_waves(const PlanGraph& graph) {
  std::vector<Wave> waves;
  std::vector<size_t> level(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const PlanNode& n = graph.nodes[i];
    if (n.fed) continue;
    for (int input : n.inputs) {
      const PlanNode& from = graph[input];
      const bool fresh = from.row_set != n.row_set && !from.fed;
      level[i] = std::max(level[i], level[static_cast<size_t>(input)] + fresh);
    }
    if (n.traits.looks_before_forward) place(waves, level[i]++, n.row_set, {static_cast<int>(i), true});
    place(waves, level[i], n.row_set, {static_cast<int>(i), false});
  }
  return waves;
}

std::vector<Wave> backward_waves(PlanGraph& graph) {
  std::vector<Wave> waves;
  std::vector<size_t> level(graph.nodes.size());
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const PlanNode& n = graph.nodes[i];
    if (!n.has_gradient || n.fed) continue;
    for (int by : graph.consumers(static_cast<int>(i))) {
      const bool fresh = graph[by].backward_row_set != n.backward_row_set;
      level[i] = std::max(level[i], level[static_cast<size_t>(by)] + fresh);
    }
    if (n.traits.looks_before_backward) place(waves, level[i]++, n.row_set, {static_cast<int>(i), true});
    place(waves, level[i], n.backward_row_set, {static_cast<int>(i), false});
  }
  set_add_flags(graph, waves);
  return waves;
}

}  // namespace shortlist
