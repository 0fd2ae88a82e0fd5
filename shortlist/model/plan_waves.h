// The execution order of a plan's nodes: a sequence of waves, each of which needs all rows of the previous
// ones.
#pragma once

#include <vector>

#include "shortlist/model/plan_graph.h"

namespace shortlist {

// A node's forward or backward, or its look at the rows before that.
struct WaveStep {
  int node;
  bool look;
};
// Steps over one row set, which a task runs in order on a part of its rows.
struct WaveRows {
  int row_set;
  std::vector<WaveStep> steps;
};
// Row sets whose steps are independent.
struct Wave {
  std::vector<WaveRows> row_sets;
};

std::vector<Wave> forward_waves(const PlanGraph& graph);
// Also sets the nodes' `add`: inputs whose gradients another node has already written.
std::vector<Wave> backward_waves(PlanGraph& graph);

}  // namespace shortlist
