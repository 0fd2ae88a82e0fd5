#include "shortlist/table/inspect.h"

#include <nlohmann/json.hpp>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/json.h"

namespace shortlist {

void run(const InspectCommand& command) {
  const TableSource source = command.table.source();
  const std::vector<ColumnSummary> columns = inspect(Table::open(source), static_cast<size_t>(command.top));
  print_data(command.format == "json" ? dump_json(inspect_json(source, columns))
                                      : inspect_text(source, columns));
}

}  // namespace shortlist
