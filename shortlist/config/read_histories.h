// Completes and checks the history features of a config.
#pragma once

#include "shortlist/config/config.h"

namespace shortlist {

// Sets the default of `of`. Throws a usage Error with file and line for a history that cannot be, and for a
// ranking's attention to something else.
void complete_histories(Config& config);

}  // namespace shortlist
