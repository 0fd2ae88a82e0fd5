// The nodes that a plan runs: those of a model that its outputs need, and over which rows each works.
#pragma once

#include <string>
#include <vector>

#include "shortlist/model/parameters.h"
#include "shortlist/model/plan_options.h"
#include "shortlist/model/shared_table.h"

namespace shortlist {

// The parents[place] of a row set's rows in a batch. row_set is -1 where there is none.
struct RowMapAt {
  int row_set = -1;
  size_t place = 0;
};

struct PlanNode {
  std::string name;
  LayerPtr layer;
  LayerTraits traits;
  std::vector<int> inputs;  // positions in the plan
  int row_set = kQueryRows;
  // Over which its backward() runs: that of its input, of a node that reads rows of a parent.
  int backward_row_set = kQueryRows;
  RowMapAt map;  // of a node that reads rows of another row set
  bool fed = false, output = false, has_gradient = false;
  LayerPlan plan;
  std::vector<ParameterState*> parameters;
  int feature = -1;
  RandomStream random{0, ""};

  // Where its matrices lie, which fuse() finds. A node may lie inside of the one that reads it: in columns of
  // its output or, where that has an inner_width, in memory of its own. Apart, the vectors of one row would
  // fall on the same sets of a cache.
  int inside = -1;
  size_t inside_column = 0;
  size_t inner_width = 0;
  // The node whose output's, and gradient's, memory this one's lies in; -1: its own.
  int output_in = -1, gradient_in = -1;
  // A node that only feeds a gather lies in its place, in batches that show each of its rows once and in
  // order.
  int gathered_by = -1;
  bool in_place = false;
  std::vector<uint8_t> relu_inputs;
  std::vector<Precision> inputs_to, dinputs_to;
  std::vector<uint8_t> add;  // backward_waves() finds it

  // Memory and views, which PlanMemory keeps.
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
  // Where a node of the spec is; it must be one that the plan needs.
  int position_of(int spec_node) const;
  // The nodes that read a node, once for each time that they do.
  std::vector<int> consumers(int at) const;
  // The only consumer of a node whose output nobody else sees; -1: there is none.
  int only_consumer(int at) const;

  std::vector<PlanNode> nodes;             // each after its inputs
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
  std::vector<int> position_;  // of each of the spec's nodes in `nodes`; -1: not needed
};

}  // namespace shortlist
