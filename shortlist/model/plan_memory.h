// The buffers of a plan's nodes, which grow with the largest batch, and the views of them that passes have.
#pragma once

#include "shortlist/model/plan_graph.h"

namespace shortlist {

class PlanMemory {
 public:
  PlanMemory(PlanGraph& graph, const PlanOptions& options) : graph_(graph), backward_(options.backward) {}

  // Makes room for the rows that the passes have, and puts gathered nodes into place where they may be.
  void fit();
  // A given node's output has moved.
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
