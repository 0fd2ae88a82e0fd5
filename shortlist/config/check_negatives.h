// Errors about the negatives of a retrieval loss.
#pragma once

#include "shortlist/config/config.h"

namespace shortlist {

// Throws a usage Error with file and line if the settings of [retrieval] do not fit its loss. Requires
// config.retrieval.
void check_negatives(const Config& config);

}  // namespace shortlist
