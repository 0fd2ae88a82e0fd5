#include "shortlist/base/count_text.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/read_config.h"
#include "shortlist/jobs/fit_shard.h"

namespace shortlist {

void run(const FitCommand& command) {
  const Shard shard = Shard::parse(command.shard);
  Config config = load_config(command.config, command.settings);
  command.tables.apply(config);
  const FittedRows rows = fit_shard(config, shard, command.out);
  if (command.quiet) return;
  say("fit: shard {} has {} of {} rows, {} of them are fitted on; written to {}", command.shard,
      count_text(rows.in_shard), count_text(rows.in_table), count_text(rows.fitted), command.out);
}

}  // namespace shortlist
