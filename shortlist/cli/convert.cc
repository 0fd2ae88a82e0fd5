#include "shortlist/cli/commands.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/table_notes.h"
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
  say_notes(table);
  // Counting the rows of a query would run it.
  RowProgress progress = command.sql.empty() ? RowProgress("convert", table, command.quiet)
                                             : RowProgress("convert", 0, command.quiet);
  const uint64_t rows = write_table(table, command.out, [&](uint64_t written) {
    throw_if_stopped();
    progress.show(written);
  });
  progress.finish(rows, command.out);
}

}  // namespace shortlist
