#include "shortlist/synth/synth.h"

#include "shortlist/cli/commands.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/terminal.h"

namespace shortlist {

void run(const SynthCommand& command) {
  stop_on_signals();
  const SynthOptions options = complete(command.options);
  RowProgress progress("synth", static_cast<uint64_t>(options.rows), command.quiet);
  const auto show = [&](int64_t done, int64_t) {
    throw_if_stopped();
    progress.show(static_cast<uint64_t>(done));
  };
  if (command.shard_rows > 0) {
    write_synth_shards(options, command.out, command.shard_rows, show, command.threads);
  } else {
    write_synth(options, command.out, show, command.threads);
  }
  progress.finish(static_cast<uint64_t>(options.rows), command.out);
}

}  // namespace shortlist
