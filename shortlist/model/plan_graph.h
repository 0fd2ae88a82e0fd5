// The nodes that a plan runs: those of a model that its outputs need, over which rows each works, and which
// of them lie in the memory of others.
#pragma once

#include <string>
#include <vector>

#include "shortlist/model/parameters.h"
#include "shortlist/model/plan_options.h"

namespace shortlist {

// Domains of a spec, and the rows of a batch one by one.
enum RowSet : size_t { kQueries, kCandidates, kPairs, kRows, kRowSets };
inline RowSet row_set(Domain domain) { return static_cast<RowSet>(domain); }

struct PlanNode {
  std::string name;
  LayerPtr layer;
  std::vector<int> inputs;  // positions in the plan
  RowSet rows = kQueries;
  bool given = false, output = false, wants_gradient = false;
  bool is_row_map = false;  // copies rows of another row set
  LayerPlan plan;
  std::vector<ParameterState*> parameters;
  int feature = -1;
  RandomStream random{0, ""};
  // A node that only feeds a concatenation lies inside of it. Those that only feed a dot interaction lie side
  // by side too, in memory of its own: apart, the vectors of one row would fall on the same sets of a cache.
  int inside = -1;
  size_t inside_column = 0;
  size_t inner_width = 0;  // of what lies inside, where that is not the output itself
  Matrix inner, inner_gradient;
  // The node whose output's, and gradient's, memory this one's lies in; -1: its own.
  int output_in = -1, gradient_in = -1;
  // A node that only feeds a gather lies in its place, in batches that show each of its rows once and in
  // order.
  int gathered_by = -1;
  bool in_place = false;

  Buffer output_memory, gradient_memory, inner_memory, inner_gradient_memory;
  std::vector<Buffer> row_memory, part_memory, batch_memory;
  size_t capacity = 0;
  std::vector<ConstMatrix> input_views;
  std::vector<Matrix> dinput_views, row_views, part_views;
  std::vector<uint8_t> add, relu_inputs;
  std::vector<Precision> inputs_to, dinputs_to;
  Pass pass;
};

struct PlanGraph {
  PlanGraph(const ModelSpec& spec, Parameters& parameters, const PlanOptions& options);

  PlanNode& operator[](int at) { return nodes[static_cast<size_t>(at)]; }
  const PlanNode& operator[](int at) const { return nodes[static_cast<size_t>(at)]; }
  // Where a node of the spec stands; it has to be one that the plan needs.
  int position_of(int spec_node) const;
  // Once for each time that one reads it.
  std::vector<int> consumers(int at) const;
  // The rows over which a node's backward runs.
  RowSet backward_rows(const PlanNode& node) const {
    return node.is_row_map ? (*this)[node.inputs[0]].rows : node.rows;
  }

  std::vector<PlanNode> nodes;  // in an order in which each stands after its inputs

 private:
  bool is_given(int spec_node) const;
  std::vector<bool> needed_nodes() const;
  void add_node(int spec_node, Parameters& parameters);
  void tell_copies_apart(PlanNode& to);
  int row_copy(int pair_node);
  void nest_inputs();
  size_t columns_before(const PlanNode& outer, int input) const;
  void find_gathered();
  void leave_relus();
  void round_between_products();
  void share_memory();
  void find_wanted_gradients();

  const ModelSpec& spec_;
  const PlanOptions& options_;
  std::vector<int> position_;  // of each of the spec's nodes in `nodes`; -1: not needed
};

}  // namespace shortlist
