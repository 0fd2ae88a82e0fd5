#include "shortlist/cli/commands.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/io/file.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {
namespace {

TableSource source_of(const ConvertCommand& command) {
  TableSource source = command.table.source();
  if (command.sql.empty()) return source;
  return {.sql = read_file(command.sql), .data = command.table.table};
}

}  // namespace

void run(const ConvertCommand& command) {
  stop_on_signals();
  const Table table = Table::open(source_of(command));
  std::vector<std::string> names;
  std::vector<OutputColumn> columns;
  for (const ColumnInfo& column : table.columns()) {
    names.push_back(column.name);
    columns.push_back({column.name, column.type});
  }
  TableWriter writer(command.out, columns);
  const bool counts = !command.quiet && command.sql.empty() && words_go_to_a_terminal();
  RowProgress progress("convert", counts ? table.rows() : 0, command.quiet);
  uint64_t rows = 0;
  table.read(names, [&](const Chunk& chunk) {
    throw_if_stopped();
    writer.write(chunk);
    rows += chunk.rows;
    progress.show(rows);
  });
  writer.finish();
  progress.finish(rows, command.out);
}

}  // namespace shortlist
