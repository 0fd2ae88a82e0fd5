// Ranks that are processes, on one machine or several.
#pragma once

#include <functional>

#include "shortlist/ranks/communicator.h"
#include "shortlist/ranks/meeting_member.h"
#include "shortlist/ranks/rank_spec.h"

namespace shortlist {

// Calls run(communicator) as one rank of the job, after all ranks have come. With one rank, no module is
// opened and no port is used. If run() throws, the other ranks are told why. If another rank is lost, the
// next exchange throws Error with its name and reason. With several ranks, SIGPIPE is ignored from then on.
//
// `end_process` is called on another thread, and must not return, if run() is busy for some seconds after a
// rank was lost, or at the end of standard input if that is the rank's life line. Without it, neither is
// watched.
void run_as_rank(const RankSpec& spec, const std::function<void(Communicator&)>& run,
                 const std::function<void(const RankLoss&)>& end_process = {});

}  // namespace shortlist
