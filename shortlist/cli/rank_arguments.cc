#include "shortlist/cli/rank_arguments.h"

#include <unistd.h>

#include "shortlist/base/standard_streams.h"
#include "shortlist/index/instructions.h"
#include "shortlist/ranks/remote_ranks.h"
#include "shortlist/ranks/same_on_all_ranks.h"

namespace shortlist {

void run_ranked(const RankArguments& arguments, const std::function<void(Communicator&)>& run) {
  Environment environment = own_environment();
  for (const auto& [name, value] : arguments.given) environment[name] = value;
  const RankSpec spec = find_rank(environment);
  const std::string prefix = spec.ranks > 1 ? fmt::format("rank {}: ", spec.rank) : "";
  const auto run_checked = [&](Communicator& ranks) {
    if (ranks.size() > 1)
      check_same_on_all_ranks(ranks, {{"the version of Shortlist", SHORTLIST_VERSION},
                                      {"the set of vector instructions", instructions_in_use()}});
    run(ranks);
  };
  const auto end_process = [&](const RankLoss& loss) {
    write_message("shortlist: " + prefix + loss.message + "\n");
    _exit(static_cast<int>(loss.kind));
  };
  try {
    run_as_rank(spec, run_checked, end_process);
  } catch (const Error& error) {
    throw Error(error.kind(), prefix + error.message());
  }
}

}  // namespace shortlist
