#include <filesystem>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/table_notes.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/file.h"

namespace shortlist {

namespace {

std::optional<Table> open_side(const std::string& text) {
  if (text.empty()) return std::nullopt;
  TableConfig config;
  config.use_table(text);
  std::optional<Table> table = Table::open(config.source());
  say_notes(*table);
  return table;
}

}  // namespace

void run(const InitCommand& command) {
  if (!command.out.empty() && std::filesystem::exists(command.out)) {
    throw usage_error("{}: already exists; choose another --out", command.out);
  }
  const Table table = Table::open(command.table.source());
  say_notes(table);
  const std::optional<Table> items = open_side(command.items), users = open_side(command.users);
  KindChoice choice;
  const std::string config =
      init_config(table, command.options, {items ? &*items : nullptr, users ? &*users : nullptr}, &choice);
  if (command.out.empty()) return print_data(config);
  write_file_atomically(command.out, config);
  say("the kind of model: {}", choice.why);
  say("wrote {}; next: shortlist train {}", command.out, shell_quoted(command.out));
}

}  // namespace shortlist
