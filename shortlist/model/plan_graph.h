// The nodes that a plan runs: those that its outputs need, and the row set of each.
#pragma once

#include <string>
#include <vector>

#include "shortlist/model/parameters.h"
#include "shortlist/model/plan_options.h"
#include "shortlist/model/shared_table.h"

namespace shortlist {

// Refers to parents[place] of a row set in a batch. row_set is -1 if there is none.
struct RowMapAt {
  int row_set = -1;
  size_t place = 0;
};

struct PlanNode {
  std::string name;
  LayerPtr layer;
  LayerTraits traits;
  std::vector<int> inputs;  // indices in the plan
  int row_set = kQueryRows;
  // Row set over which backward() runs: the input's, if the node reads rows of a parent.
  int backward_row_set = kQueryRows;
  RowMapAt map;  // for a node that reads rows of another row set
  bool fed = false, output = false, has_gradient = false;
  LayerPlan plan;
  std::vector<ParameterState*> parameters;
  int feature = -1;
  RandomStream random{0, ""};

  // Memory placement, set by fuse(). A node may be placed inside the node that reads it: in columns of its
  // output or, if that has an inner_width, in separate memory of its own. Otherwise the vectors of one row
  // would map to the same cache sets.
  int inside = -1;
  size_t inside_column = 0;
  size_t inner_width = 0;
  // The nodes in whose memory the output and the gradient are placed; -1: its own memory.
  int output_in = -1, gradient_in = -1;
  // A node that only feeds a gather is placed in the gather's output, in batches that contain each of its
  // rows once and in order.
  int gathered_by = -1;
  bool in_place = false;
  std::vector<uint8_t> relu_inputs;
  std::vector<Precision> inputs_to, dinputs_to;
  std::vector<uint8_t> add;  // set by backward_waves()

  // Memory and views, managed by PlanMemory.
  Matrix inner, inner_gradient;
  Buffer output_memory, gradient_memory, inner_memory, inner_gradient_memory;
  std::vector<Buffer> row_memory, part_memory, batch_memory;
  size_t capacity = 0;
  std::vector<ConstMatrix> input_views;
  std::vector<Matrix> dinput_views, row_views, part_views;
  Pass pass;
};

struct PlanGraph {
  PlanGraph(const ModelSpec& spec, Parameters& parameters, const PlanOptions& options);

  PlanNode& operator[](int at) { return nodes[static_cast<size_t>(at)]; }
  const PlanNode& operator[](int at) const { return nodes[static_cast<size_t>(at)]; }
  // Index of a node of the spec in the plan. The plan must need it.
  int position_of(int spec_node) const;
  // The nodes that read a node, once per use.
  std::vector<int> consumers(int at) const;
  // The only consumer of a node that is not an output; -1 if there is none.
  int only_consumer(int at) const;

  std::vector<PlanNode> nodes;             // in topological order
  std::vector<SharedTable> shared_tables;  // with `backward`

 private:
  bool is_fed(int spec_node) const;
  std::vector<bool> needed_nodes() const;
  void add_node(int spec_node, Parameters& parameters);
  void tell_copies_apart(PlanNode& to);
  int copy_rows(int node, int row_set);
  void find_map(PlanNode& to) const;
  void share_tables();
  void find_gradients();

  const ModelSpec& spec_;
  const PlanOptions& options_;
  std::vector<int> position_;  // per node of the spec: index in `nodes`; -1: not needed
};

}  // namespace shortlist
