// The list of all kinds of model.
#pragma once

#include <span>
#include <string>

#include "shortlist/learners/find_kind.h"
#include "shortlist/learners/kind.h"

namespace shortlist {

std::span<const ModelKind> model_kinds();

// The learner of the kind. If a kind other than towers retrieves, ranking towers are trained after
// it.
std::unique_ptr<Learner> make_learner(const LearnerInput& input);

}  // namespace shortlist
