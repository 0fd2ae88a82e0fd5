// Flags that say which rank of a job this process is, and the run of a command as that rank.
#pragma once

#include <functional>

#include "shortlist/ranks/communicator.h"
#include "shortlist/ranks/rank_spec.h"

namespace shortlist {

struct RankArguments {
  Environment given;  // the flags, by the names of the variables that they replace
};

// Calls run(communicator) as the rank of the flags, of the SHORTLIST_... variables or of the launcher
// (ranks/rank_spec.h). Errors begin with the rank if there are several.
void run_ranked(const RankArguments& arguments, const std::function<void(Communicator&)>& run);

}  // namespace shortlist
