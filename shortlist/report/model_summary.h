// A model as a table of text.
#pragma once

#include <string>

#include "shortlist/model/parameters.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// The layers with their shapes and parameter counts.
std::string model_summary(const ModelSpec& spec, const Parameters& parameters);

}  // namespace shortlist
