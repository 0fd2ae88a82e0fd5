// Ranks that are threads of one process, for tests.
#pragma once

#include <functional>

#include "shortlist/ranks/communicator.h"

namespace shortlist {

// Calls run(communicator) once for each rank, each on a thread of its own, and returns when all have
// returned. If a rank throws, the exchanges of the others throw too, and the first rank's exception is thrown
// again.
void run_in_process(int ranks, const std::function<void(Communicator&)>& run);

}  // namespace shortlist
