// Finds kinds of model by name. The list is in kinds.cc; kinds that are made of others include only this.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/learners/kind.h"

namespace shortlist {

// Returns null if there is no such kind.
const ModelKind* find_model_kind(std::string_view name);
// "there is no kind of model 'poplarity'; did you mean 'popularity'?"
std::string unknown_model_kind(const std::string& name);

// The kind that [model] names. Throws a usage Error with file and line for an unknown kind, with the nearest
// name, and for settings that the kind does not have.
const ModelKind& find_kind(const ModelConfig& model);

}  // namespace shortlist
