#include "shortlist/jobs/evaluate.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {

void run(const EvaluateCommand& command) {
  DataConfig data = load_bundle(command.bundle).config.data;
  // Without --data: the table that the run read, where the bundle still has its run.
  if (const std::string table = table_of_run(command.bundle); !table.empty()) data.use_table(table);
  command.data.apply(data);
  const EvaluationReport report = evaluate(command.bundle, data.source(), command.split, command.threads);
  print_data(command.format == "json"
                 ? report_json(report)
                 : report_text(report, command.full ? ReportDetail::full : ReportDetail::brief));
}

}  // namespace shortlist
