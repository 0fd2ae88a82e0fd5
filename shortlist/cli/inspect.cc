#include "shortlist/table/inspect.h"

#include <nlohmann/json.hpp>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/json.h"

namespace shortlist {

void run(const InspectCommand& command) {
  const TableSource source = command.table.source();
  const Table table = Table::open(source);
  say_notes(table);
  RowProgress progress("inspect", 0, false);
  const std::vector<ColumnSummary> columns =
      inspect(table, static_cast<size_t>(command.top), [&](uint64_t rows) { progress.show(rows); });
  for (const std::string& note : inspect_notes(source, columns)) say("note: {}", note);
  print_data(command.format == "json" ? dump_json(inspect_json(source, columns))
                                      : inspect_text(source, columns));
}

}  // namespace shortlist
