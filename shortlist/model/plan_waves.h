// The order in which a plan's nodes work: waves, each of which needs all rows of the ones before.
#pragma once

#include <vector>

#include "shortlist/model/plan_graph.h"

namespace shortlist {

// A node's forward or backward, or its look at the rows before that.
struct WaveStep {
  int node;
  bool look;
};
// Steps over one row set that a task runs one after another over a part of its rows.
struct WaveRows {
  int row_set;
  std::vector<WaveStep> steps;
};
// Row sets whose steps do not depend on each other.
struct Wave {
  std::vector<WaveRows> row_sets;
};

std::vector<Wave> forward_waves(const PlanGraph& graph);
// Also sets the nodes' `add`: which of their inputs' gradients they are not the first to write.
std::vector<Wave> backward_waves(PlanGraph& graph);

}  // namespace shortlist
