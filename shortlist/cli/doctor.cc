#include "shortlist/jobs/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/path_kind.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/read_config.h"
#include "shortlist/report/figure_text.h"
#include "shortlist/report/findings_text.h"

namespace shortlist {
namespace {

std::string number(size_t count) { return with_commas(std::to_string(count)); }

std::string text_of(const Diagnosis& found) {
  std::string text = fmt::format("{} rows, {} items", number(found.rows), number(found.items));
  if (found.users > 0) text += fmt::format(", {} users", number(found.users));
  text += fmt::format("; {} training, {} validation and {} test rows\n", number(found.train),
                      number(found.validation), number(found.test));
  text += findings_text(found.findings);
  if (found.findings.empty()) text += "\nNothing found.\n";
  return text + fmt::format("\nFigures of retrieval rank all {} items of the rows, never a sample of them.\n",
                            number(found.items));
}

}  // namespace

void run(const DoctorCommand& command) {
  const bool has_table = command.paths.size() > 1;
  const std::string mistake = not_a_config(command.paths.back());
  if (!mistake.empty()) throw usage_error("'{}' {}", command.paths.back(), mistake);
  Config config = load_config(command.paths.back(), command.settings);
  ConfigTableOptions tables = command.tables;
  if (has_table) tables.data.table = command.paths.front();
  tables.apply(config);
  const Diagnosis found = diagnose(config);
  print_data(command.json ? diagnosis_json(found) : text_of(found));
  const auto warnings = std::ranges::count_if(found.findings, &Finding::warning);
  if (command.strict && warnings > 0)
    throw data_error("{} warning{}, which --strict does not allow", warnings, warnings == 1 ? "" : "s");
}

}  // namespace shortlist
