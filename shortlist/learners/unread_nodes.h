// Warns about layers whose output is not used.
#pragma once

#include <string>
#include <vector>

#include "shortlist/model/spec.h"

namespace shortlist {

std::vector<std::string> warnings_of_unread(const ModelSpec& spec);

}  // namespace shortlist
