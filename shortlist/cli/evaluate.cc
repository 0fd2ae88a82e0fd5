#include "shortlist/jobs/evaluate.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {

namespace {

// The report as text or JSON.
std::string evaluated(const EvaluateCommand& command) {
  Bundle bundle = load_bundle(command.bundle);
  Config config = *bundle.config;
  // By default, the tables that the run read, if the bundle still has its run.
  use_tables_of_run(command.bundle, config);
  command.tables.apply(config);
  const EvaluationReport report =
      evaluate(std::move(bundle), config, command.split, command.threads, command.by);
  return command.format == "json"
             ? report_json(report)
             : report_text(report, command.full ? ReportDetail::full : ReportDetail::brief);
}

}  // namespace

void run(const EvaluateCommand& command) {
  const LargeDataOptions options = command.large.options();
  if (options.max_memory > 0 && options.cache.empty())
    throw usage_error("--max-memory: needs --cache DIR, a folder for the data that are larger than memory");
  print_data(within_memory(options.max_memory, [&] {
    const LargeData large(options, "");
    return evaluated(command);
  }));
}

}  // namespace shortlist
