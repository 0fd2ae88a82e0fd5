// The work of a plan's layers in a step, for profiles.
#pragma once

#include "shortlist/model/plan_graph.h"
#include "shortlist/model/step_profile.h"

namespace shortlist {

enum PlanPart : size_t { kForward, kBackward, kGradient, kPlanParts };

// Whether the node has this part in the plan.
bool has_part(const PlanNode& node, PlanPart part, const PlanOptions& options);
// Describes its work on the last batch, without times.
StepPhase describe_part(const PlanNode& node, PlanPart part);

}  // namespace shortlist
