// Starts the ranks of a job as processes of this machine.
#pragma once

#include <atomic>
#include <string>
#include <vector>

namespace shortlist {

struct LocalRanks {
  std::string program;
  std::vector<std::string> arguments;  // of each rank, without the program's name
  int ranks = 1;
  int attempt = 0;
};

struct LocalRanksEnd {
  int rank = -1;  // the rank that failed first, or -1
  int code = 0;   // its exit code, or 128 + the signal that ended it
};

// Runs the ranks, which find each other by SHORTLIST_... variables, and returns when all have ended. They
// share standard output and error with this process. If one fails, the others have some seconds to end before
// they are killed. Once `stop` is set, each gets SIGINT. They also end if this process is killed. Throws
// Error(failed) if a process cannot be started.
LocalRanksEnd run_local_ranks(const LocalRanks& job, const std::atomic<bool>& stop);

}  // namespace shortlist
