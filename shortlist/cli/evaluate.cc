#include "shortlist/jobs/evaluate.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {

void run(const EvaluateCommand& command) {
  Bundle bundle = load_bundle(command.bundle);
  Config config = *bundle.config;
  // By default, the tables that the run read, if the bundle still has its run.
  use_tables_of_run(command.bundle, config);
  command.tables.apply(config);
  const EvaluationReport report =
      evaluate(std::move(bundle), config, command.split, command.threads, command.by);
  print_data(command.format == "json"
                 ? report_json(report)
                 : report_text(report, command.full ? ReportDetail::full : ReportDetail::brief));
}

}  // namespace shortlist
