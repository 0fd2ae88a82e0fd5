#include "shortlist/model/plan_fusion.h"

#include <algorithm>

namespace shortlist {
namespace {

// Over the inputs before `input`, or over all.
size_t columns_before(const PlanGraph& graph, const PlanNode& outer, int input) {
  size_t columns = 0;
  for (int before : outer.inputs) {
    if (before == input) break;
    columns += static_cast<size_t>(graph[before].plan.width);
  }
  return columns;
}

void nest_inputs(PlanGraph& graph) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const int at = static_cast<int>(i), by = graph.only_consumer(at);
    if (by < 0 || graph[by].row_set != graph[at].row_set) continue;
    PlanNode& outer = graph[by];
    const InputPlace place = outer.traits.input_place;
    if (place != InputPlace::in_output && place != InputPlace::side_by_side) continue;
    graph[at].inside = by;
    graph[at].inside_column = columns_before(graph, outer, at);
    if (place == InputPlace::side_by_side) outer.inner_width = columns_before(graph, outer, -1);
  }
}

void find_gathered(PlanGraph& graph) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const int by = graph.only_consumer(static_cast<int>(i));
    if (by >= 0 && graph[by].traits.input_place == InputPlace::as_output) graph.nodes[i].gathered_by = by;
  }
}

// Moves a ReLU's gradient into the pass of the only layer that reads it, if that layer supports it.
void leave_relus(PlanGraph& graph) {
  for (PlanNode& n : graph.nodes) n.relu_inputs.assign(n.inputs.size(), 0);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const int at = static_cast<int>(i), by = graph.only_consumer(at);
    if (!graph[at].traits.ends_in_relu || by < 0 || !graph[by].traits.masks_relu_inputs) continue;
    PlanNode& after = graph[by];
    graph[at].pass.fusion.relu_left = true;
    for (size_t input = 0; input < after.inputs.size(); ++input) {
      if (after.inputs[input] == at) after.relu_inputs[input] = 1;
    }
  }
}

void round_between_products(PlanGraph& graph, const PlanOptions& options) {
  for (size_t i = 0; i < graph.nodes.size() && options.backward; ++i) {
    PlanNode& n = graph.nodes[i];
    const std::vector<int> by = graph.consumers(static_cast<int>(i));
    if (by.empty() || n.output || n.fed || n.inside >= 0 || n.gathered_by >= 0) continue;
    if (n.traits.ends_in_relu && !n.pass.fusion.relu_left) continue;
    const auto takes_inputs = [&](int at) { return graph[at].traits.rounding.inputs; };
    if (n.traits.rounding.output && std::ranges::all_of(by, takes_inputs))
      n.pass.fusion.output_to = options.precision;
    const PlanNode& after = graph[by[0]];
    const bool alone = by.size() == 1 && after.inputs.size() == 1;
    if (n.traits.rounding.doutput && alone && after.traits.rounding.dinput)
      n.pass.fusion.doutput_to = options.precision;
  }
  for (PlanNode& n : graph.nodes) {
    for (int input : n.inputs) {
      n.inputs_to.push_back(graph[input].pass.fusion.output_to);
      n.dinputs_to.push_back(graph[input].pass.fusion.doutput_to);
    }
  }
}

// A layer runs in place if no other node needs the data that it overwrites.
void share_memory(PlanGraph& graph, const PlanOptions& options) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    PlanNode& n = graph.nodes[i];
    const int by = graph.only_consumer(static_cast<int>(i));
    if (by < 0 || n.inside >= 0 || n.gathered_by >= 0) continue;
    const PlanNode& after = graph[by];
    if (after.inputs.size() != 1 || after.inside >= 0 || after.map.row_set >= 0) continue;
    if (after.traits.forward_in_place && !(options.backward && n.traits.keeps_output)) n.output_in = by;
    if (after.traits.backward_in_place) n.gradient_in = by;
  }
}

}  // namespace

void fuse(PlanGraph& graph, const PlanOptions& options) {
  nest_inputs(graph);
  find_gathered(graph);
  leave_relus(graph);
  round_between_products(graph, options);
  share_memory(graph, options);
}

}  // namespace shortlist
