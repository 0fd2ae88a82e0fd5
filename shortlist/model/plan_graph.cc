#include "shortlist/model/plan_graph.h"

#include <algorithm>

#include "shortlist/layers/gather.h"

namespace shortlist {

PlanGraph::PlanGraph(const ModelSpec& spec, Parameters& parameters, const PlanOptions& options)
    : spec_(spec), options_(options), position_(spec.nodes.size(), -1) {
  const std::vector<bool> needed = needed_nodes();
  for (size_t i = 0; i < spec.nodes.size(); ++i) {
    if (needed[i]) add_node(static_cast<int>(i), parameters);
  }
  for (int output : options.outputs) (*this)[position_of(output)].output = true;
  if (!options.backward) return;
  share_tables();
  find_gradients();
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

int PlanGraph::only_consumer(int at) const {
  const std::vector<int> by = consumers(at);
  const PlanNode& n = (*this)[at];
  return by.size() == 1 && !n.output && !n.fed ? by[0] : -1;
}

bool PlanGraph::is_fed(int spec_node) const {
  return std::ranges::find(options_.fed, spec_node) != options_.fed.end();
}

std::vector<bool> PlanGraph::needed_nodes() const {
  std::vector<bool> needed(spec_.nodes.size());
  for (int output : options_.outputs) needed[static_cast<size_t>(output)] = true;
  // Also if nothing reads them: feed() must find them.
  for (int given : options_.fed) needed[static_cast<size_t>(given)] = true;
  for (size_t i = spec_.nodes.size(); i-- > 0;) {
    if (!needed[i] || is_fed(static_cast<int>(i))) continue;
    for (int input : spec_.nodes[i].inputs) needed[static_cast<size_t>(input)] = true;
  }
  return needed;
}

void PlanGraph::add_node(int spec_node, Parameters& parameters) {
  const Node& from = spec_.at(spec_node);
  PlanNode to{.name = from.name,
              .layer = from.layer,
              .traits = from.layer->traits(),
              .row_set = from.row_set,
              .fed = is_fed(spec_node)};
  to.feature = from.feature;
  to.random = RandomStream(0, from.name);
  to.plan = from.layer->plan(spec_.widths(from.inputs));
  if (!to.fed) {
    for (int input : from.inputs) to.inputs.push_back(position_[static_cast<size_t>(input)]);
    const auto own = parameters.of(static_cast<size_t>(spec_node));
    to.parameters.assign(own.begin(), own.end());
  }
  tell_copies_apart(to);
  find_map(to);
  position_[static_cast<size_t>(spec_node)] = static_cast<int>(nodes.size());
  nodes.push_back(std::move(to));
}

// From the first layer that distinguishes copies of a row on, nodes have one row per copy, in the row set
// that lists the copies.
void PlanGraph::tell_copies_apart(PlanNode& to) {
  const int merged = to.row_set, copies = spec_.row_set(merged).copies;
  if (copies < 0) return;
  const bool tells = options_.backward && options_.training_layers_active && to.traits.tells_copies_apart;
  const bool apart =
      std::ranges::any_of(to.inputs, [&](int input) { return (*this)[input].row_set == copies; });
  if (!apart && !tells) return;
  to.row_set = copies;
  if (!apart) return;  // the layer itself makes the copies
  for (int& input : to.inputs) {
    if ((*this)[input].row_set == merged) input = copy_rows(input, copies);
  }
}

// Returns the node that copies another node's rows into a row set.
int PlanGraph::copy_rows(int node, int row_set) {
  const PlanNode& from = (*this)[node];
  const std::string name = fmt::format("{}/{}", from.name, spec_.row_set(row_set).name);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].name == name) return static_cast<int>(i);
  }
  PlanNode copy{.name = name, .layer = std::make_shared<Gather>(), .inputs = {node}, .row_set = row_set};
  copy.traits = copy.layer->traits();
  copy.plan = copy.layer->plan(std::vector<int>{from.plan.width});
  find_map(copy);
  nodes.push_back(std::move(copy));
  return static_cast<int>(nodes.size()) - 1;
}

// Finds the map between a row set and its parent, if the node reads rows of one and has rows of the other.
void PlanGraph::find_map(PlanNode& to) const {
  to.backward_row_set = to.row_set;
  for (int input : to.inputs) {
    const int from = (*this)[input].row_set;
    if (from == to.row_set) continue;
    const bool segments = to.traits.input_rows == InputRows::segments;
    const int child = segments ? from : to.row_set, parent = segments ? to.row_set : from;
    const int place = parent_place(spec_.row_set(child), parent);
    SHORTLIST_CHECK(place >= 0 && (to.map.row_set < 0 || to.map.row_set == child));
    to.map = {child, static_cast<size_t>(place)};
    if (!segments) to.backward_row_set = from;
  }
}

// Each node that shares a table computes the gradient of the rows that it touches.
void PlanGraph::share_tables() {
  std::vector<ParameterState*> tables;
  for (const PlanNode& n : nodes) {
    for (ParameterState* p : n.parameters) {
      if (!p->spec.shared.empty() && std::ranges::find(tables, p) == tables.end()) tables.push_back(p);
    }
  }
  for (ParameterState* table : tables) {
    std::vector<ParameterState**> uses;
    for (PlanNode& n : nodes) {
      for (ParameterState*& p : n.parameters) {
        if (p == table) uses.push_back(&p);
      }
    }
    if (uses.size() == 1) continue;
    SharedTable& shared = shared_tables.emplace_back(*table, uses.size());
    for (size_t i = 0; i < uses.size(); ++i) *uses[i] = &shared.part(i);
  }
}

void PlanGraph::find_gradients() {
  for (PlanNode& n : nodes) {
    for (const ParameterState* p : n.parameters) n.has_gradient = n.has_gradient || p->spec.trainable;
    for (int input : n.inputs) n.has_gradient = n.has_gradient || (*this)[input].has_gradient;
  }
}

}  // namespace shortlist
