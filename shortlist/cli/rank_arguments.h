// Flags that say which rank of a job this process is, and the run of a command as that rank.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace shortlist {

class Communicator;

struct RankArguments {
  std::map<std::string, std::string> given;  // the flags, by the names of the variables that they replace
};

// Calls run(communicator) as the rank of the flags, of the SHORTLIST_... variables or of the launcher
// (ranks/rank_spec.h). Errors begin with the rank if there are several.
void run_ranked(const RankArguments& arguments, const std::function<void(Communicator&)>& run);

}  // namespace shortlist
