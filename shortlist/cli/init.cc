#include <filesystem>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/file.h"

namespace shortlist {

void run(const InitCommand& command) {
  if (!command.out.empty() && std::filesystem::exists(command.out)) {
    throw usage_error("{}: is there already; choose another --out", command.out);
  }
  const Table table = Table::open(command.table.source());
  say_notes(table);
  const std::string config = init_config(table, command.options);
  if (command.out.empty()) return print_data(config);
  write_file_atomically(command.out, config);
  say("wrote {}; next: shortlist train {}", command.out, shell_quoted(command.out));
}

}  // namespace shortlist
