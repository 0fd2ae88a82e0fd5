// Places nodes in the memory of others and moves steps into the passes of their neighbours, as far as the
// layers' traits allow it.
#pragma once

#include "shortlist/model/plan_graph.h"

namespace shortlist {

void fuse(PlanGraph& graph, const PlanOptions& options);

}  // namespace shortlist
