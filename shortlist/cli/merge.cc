#include <filesystem>

#include "shortlist/base/count_text.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"
#include "shortlist/jobs/answer_shard.h"
#include "shortlist/jobs/fit_shard.h"

namespace shortlist {
namespace {

void check_folder(const MergeCommand& command) {
  const std::string& folder = command.paths.front();
  if (command.paths.size() > 1) throw usage_error("merge: need one folder of answers, or files of `fit`");
  if (!command.out.empty())
    throw usage_error("merge: --out is for the files of `fit`; the parts in {} can be read as one table",
                      folder);
  const AnswerTotals totals = check_answers(folder);
  if (command.quiet) return;
  say("{}: all {} shards are whole: answers to {} queries, {} with an error, in {} lines and {} parts",
      folder, totals.shards, count_text(totals.all.rows), count_text(totals.all.errors),
      count_text(totals.all.lines), count_text(totals.parts));
}

}  // namespace

void run(const MergeCommand& command) {
  if (std::filesystem::is_directory(command.paths.front())) return check_folder(command);
  if (command.out.empty()) throw usage_error("merge: need --out, the file of fitted features");
  const FittedRows rows = merge_fits(command.paths, command.out);
  if (command.quiet) return;
  say("merge: features fitted on {} of {} rows in {} shards; written to {}", count_text(rows.fitted),
      count_text(rows.in_table), command.paths.size(), command.out);
}

}  // namespace shortlist
