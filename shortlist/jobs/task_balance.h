// Warns if a default decides how much each task weighs.
#pragma once

#include <string>

#include "shortlist/config/config.h"

namespace shortlist {

// A sentence if retrieval and ranking are trained together and the config does not say retrieval.reduction:
// the default sums over a batch's rows, while the losses of ranking are means over them. Otherwise "".
std::string warning_of_balance(const Config& config);

}  // namespace shortlist
