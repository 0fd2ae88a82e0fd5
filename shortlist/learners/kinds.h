// The list of all kinds of model.
#pragma once

#include <span>
#include <string>

#include "shortlist/learners/kind.h"

namespace shortlist {

std::span<const ModelKind> model_kinds();

// Returns null if there is no such kind.
const ModelKind* find_model_kind(std::string_view name);
// "there is no kind of model 'poplarity'; did you mean 'popularity'?"
std::string unknown_model_kind(const std::string& name);

// The kind that [model] names. Throws a usage Error with file and line for an unknown kind, with the nearest
// name, and for settings that the kind does not have.
const ModelKind& find_kind(const ModelConfig& model);

// The learner of the kind. If a kind other than towers retrieves, ranking towers are trained after
// it.
std::unique_ptr<Learner> make_learner(const LearnerInput& input);

}  // namespace shortlist
