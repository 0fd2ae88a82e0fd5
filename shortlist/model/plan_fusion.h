// Shares memory between nodes and fuses steps into the passes of neighbouring nodes, as far as the layers'
// traits allow.
#pragma once

#include "shortlist/model/plan_graph.h"

namespace shortlist {

void fuse(PlanGraph& graph, const PlanOptions& options);

}  // namespace shortlist
