// Manages the buffers of a plan's nodes, which grow with the largest batch, and the passes' views of them.
#pragma once

#include "shortlist/model/plan_graph.h"

namespace shortlist {

class PlanMemory {
 public:
  PlanMemory(PlanGraph& graph, const PlanOptions& options) : graph_(graph), backward_(options.backward) {}

  // Allocates memory for the rows of the passes, and places gathered nodes where possible.
  void fit();
  // Call if the output of a fed node has moved.
  void forget_views() { stale_ = true; }

 private:
  void grow();
  void place_gathered(PlanNode& n);
  void set_views();
  void set_node_views(PlanNode& n);
  void set_inner_views(PlanNode& n) const;
  void set_pass(PlanNode& n) const;

  PlanGraph& graph_;
  bool backward_, stale_ = true;
};

}  // namespace shortlist
