#include "shortlist/model/plan_graph.h"

#include <algorithm>

#include "shortlist/layers/combine.h"

namespace shortlist {

PlanGraph::PlanGraph(const ModelSpec& spec, Parameters& parameters, const PlanOptions& options)
    : spec_(spec), options_(options), position_(spec.nodes.size(), -1) {
  const std::vector<bool> needed = needed_nodes();
  for (size_t i = 0; i < spec.nodes.size(); ++i) {
    if (needed[i]) add_node(static_cast<int>(i), parameters);
  }
  for (int output : options.outputs) (*this)[position_of(output)].output = true;
  nest_inputs();
  find_gathered();
  leave_relus();
  round_between_products();
  share_memory();
  if (options.backward) find_wanted_gradients();
}

int PlanGraph::position_of(int spec_node) const {
  const int at = position_[static_cast<size_t>(spec_node)];
  SHORTLIST_CHECK(at >= 0);
  return at;
}

std::vector<int> PlanGraph::consumers(int at) const {
  std::vector<int> found;
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (int input : nodes[i].inputs) {
      if (input == at) found.push_back(static_cast<int>(i));
    }
  }
  return found;
}

bool PlanGraph::is_given(int spec_node) const {
  return std::ranges::find(options_.given, spec_node) != options_.given.end();
}

std::vector<bool> PlanGraph::needed_nodes() const {
  std::vector<bool> needed(spec_.nodes.size());
  for (int output : options_.outputs) needed[static_cast<size_t>(output)] = true;
  // Also where nothing reads them: give() has to find them.
  for (int given : options_.given) needed[static_cast<size_t>(given)] = true;
  for (size_t i = spec_.nodes.size(); i-- > 0;) {
    if (!needed[i] || is_given(static_cast<int>(i))) continue;
    for (int input : spec_.nodes[i].inputs) needed[static_cast<size_t>(input)] = true;
  }
  return needed;
}

void PlanGraph::add_node(int spec_node, Parameters& parameters) {
  const Node& from = spec_.at(spec_node);
  PlanNode to{
      .name = from.name, .layer = from.layer, .rows = row_set(from.domain), .given = is_given(spec_node)};
  to.feature = from.feature;
  to.random = RandomStream(0, from.name);
  to.plan = from.layer->plan(spec_.widths(from.inputs));
  if (!to.given) {
    for (int input : from.inputs) to.inputs.push_back(position_[static_cast<size_t>(input)]);
    const auto own = parameters.of(static_cast<size_t>(spec_node));
    to.parameters.assign(own.begin(), own.end());
  }
  to.is_row_map = dynamic_cast<const Gather*>(from.layer.get()) != nullptr;
  if (to.rows == kPairs) tell_copies_apart(to);
  position_[static_cast<size_t>(spec_node)] = static_cast<int>(nodes.size());
  nodes.push_back(std::move(to));
}

// From the first layer that tells copies of a pair apart, all that follows has a row for each row of the
// batch.
void PlanGraph::tell_copies_apart(PlanNode& to) {
  const bool tells = options_.backward && options_.training_layers_active && to.layer->tells_copies_apart();
  bool apart = false;
  for (int input : to.inputs) apart = apart || (*this)[input].rows == kRows;
  if (!apart && !tells) return;
  to.rows = kRows;
  if (!apart) {
    to.is_row_map = true;  // makes the copies itself
    return;
  }
  for (int& input : to.inputs) {
    if ((*this)[input].rows == kPairs) input = row_copy(input);
  }
}

int PlanGraph::row_copy(int pair_node) {
  const PlanNode& from = (*this)[pair_node];
  const std::string name = from.name + "/rows";
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].name == name) return static_cast<int>(i);
  }
  PlanNode copy{.name = name, .layer = std::make_shared<Gather>(), .inputs = {pair_node}, .rows = kRows};
  copy.is_row_map = true;
  copy.plan = copy.layer->plan(std::vector<int>{from.plan.width});
  nodes.push_back(std::move(copy));
  return static_cast<int>(nodes.size()) - 1;
}

void PlanGraph::nest_inputs() {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::vector<int> by = consumers(static_cast<int>(i));
    if (by.size() != 1 || nodes[i].output || nodes[i].given) continue;
    PlanNode& outer = (*this)[by[0]];
    const bool concat = outer.layer->kind() == "concat";
    if ((!concat && outer.layer->kind() != "dot_interaction") || outer.rows != nodes[i].rows) continue;
    nodes[i].inside = by[0];
    nodes[i].inside_column = columns_before(outer, static_cast<int>(i));
    if (!concat) outer.inner_width = columns_before(outer, -1);
  }
}

// Of the inputs that stand before `input`, or of all.
size_t PlanGraph::columns_before(const PlanNode& outer, int input) const {
  size_t columns = 0;
  for (int before : outer.inputs) {
    if (before == input) break;
    columns += static_cast<size_t>((*this)[before].plan.width);
  }
  return columns;
}

void PlanGraph::find_gathered() {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::vector<int> by = consumers(static_cast<int>(i));
    if (by.size() != 1 || nodes[i].output || nodes[i].given) continue;
    if ((*this)[by[0]].layer->kind() == "gather") nodes[i].gathered_by = by[0];
  }
}

// A ReLU's gradient goes into the passes of the only layer that reads it, if that can.
void PlanGraph::leave_relus() {
  for (PlanNode& n : nodes) n.relu_inputs.assign(n.inputs.size(), 0);
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::vector<int> by = consumers(static_cast<int>(i));
    if (!nodes[i].layer->ends_in_relu() || by.size() != 1 || nodes[i].output || nodes[i].given) continue;
    PlanNode& after = (*this)[by[0]];
    if (!after.layer->heeds_relu_inputs()) continue;
    nodes[i].pass.relu_left = true;
    for (size_t input = 0; input < after.inputs.size(); ++input) {
      if (after.inputs[input] == static_cast<int>(i)) after.relu_inputs[input] = 1;
    }
  }
}

void PlanGraph::round_between_products() {
  for (size_t i = 0; i < nodes.size() && options_.backward; ++i) {
    PlanNode& n = nodes[i];
    const std::vector<int> by = consumers(static_cast<int>(i));
    if (by.empty() || n.output || n.given || n.inside >= 0 || n.gathered_by >= 0) continue;
    if (n.layer->ends_in_relu() && !n.pass.relu_left) continue;
    const auto takes_inputs = [&](int at) { return (*this)[at].layer->rounding().inputs; };
    if (n.layer->rounding().output && std::ranges::all_of(by, takes_inputs))
      n.pass.output_to = options_.precision;
    const PlanNode& after = (*this)[by[0]];
    const bool alone = by.size() == 1 && after.inputs.size() == 1;
    if (n.layer->rounding().doutput && alone && after.layer->rounding().dinput)
      n.pass.doutput_to = options_.precision;
  }
  for (PlanNode& n : nodes) {
    for (int input : n.inputs) {
      n.inputs_to.push_back((*this)[input].pass.output_to);
      n.dinputs_to.push_back((*this)[input].pass.doutput_to);
    }
  }
}

// A layer works in place where nobody else wants what it writes over.
void PlanGraph::share_memory() {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::vector<int> by = consumers(static_cast<int>(i));
    PlanNode& n = nodes[i];
    if (by.size() != 1 || n.output || n.given || n.inside >= 0 || n.gathered_by >= 0) continue;
    const PlanNode& after = (*this)[by[0]];
    if (after.inputs.size() != 1 || after.inside >= 0 || after.is_row_map) continue;
    if (after.layer->forward_in_place() && !(options_.backward && n.layer->keeps_output()))
      n.output_in = by[0];
    if (after.layer->backward_in_place()) n.gradient_in = by[0];
  }
}

void PlanGraph::find_wanted_gradients() {
  for (PlanNode& n : nodes) {
    for (const ParameterState* p : n.parameters) n.wants_gradient = n.wants_gradient || p->spec.trainable;
    for (int input : n.inputs) n.wants_gradient = n.wants_gradient || (*this)[input].wants_gradient;
  }
}

}  // namespace shortlist
