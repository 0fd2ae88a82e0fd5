// What the layers of a plan do in a step, for profiles.
#pragma once

#include "shortlist/model/plan_graph.h"
#include "shortlist/model/step_profile.h"

namespace shortlist {

enum PlanPart : size_t { kForward, kBackward, kGradient, kPlanParts };

// Whether a node has that part in the plan.
bool has_part(const PlanNode& node, PlanPart part, const PlanOptions& options);
// What it does with the rows of the last batch; without its time.
StepPhase describe_part(const PlanNode& node, PlanPart part);

}  // namespace shortlist
