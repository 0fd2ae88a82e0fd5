// The row sets of a plan in its current batch.
#pragma once

#include <vector>

#include "shortlist/model/batch.h"
#include "shortlist/model/plan_graph.h"

namespace shortlist {

class PlanRows {
 public:
  PlanRows(const ModelSpec& spec, const PlanGraph& graph);

  // Sets the nodes' row counts, features and maps from a batch. Data that the batch points to must outlive
  // the step. Checks that gathers and segments fit the rows.
  void set(const Batch& batch, PlanGraph& graph);

  const RowSetState& operator[](int row_set) const { return at(row_set).state; }

 private:
  struct Rows {
    bool used = false;  // used by a node of the plan
    size_t segments_a_part = 1;
    size_t count = 0;
    std::vector<size_t> cuts;
    RowSetState state;
  };

  Rows& at(int row_set) { return sets_[static_cast<size_t>(row_set)]; }
  const Rows& at(int row_set) const { return sets_[static_cast<size_t>(row_set)]; }
  void set_row_set(int row_set, const Batch& batch);

  const ModelSpec& spec_;
  std::vector<Rows> sets_;
};

}  // namespace shortlist
