#include "shortlist/config/read_config.h"
#include "shortlist/jobs/import_bundle.h"
#include "shortlist/report/evaluation_text.h"

#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"

namespace shortlist {
namespace {

std::string train_command(const ImportCommand& command) {
  std::string text = "shortlist train " + shell_quoted(command.config);
  if (!command.tables.data.table.empty()) text += " --data " + shell_quoted(command.tables.data.table);
  if (!command.tables.items.empty()) text += " --items " + shell_quoted(command.tables.items);
  if (!command.tables.users.empty()) text += " --users " + shell_quoted(command.tables.users);
  for (const std::string& setting : command.settings) text += " --set " + shell_quoted(setting);
  return text + " --out " + shell_quoted(command.out) + " --resume";
}

// Removes the suffix of "user_model/.../kernel/.ATTRIBUTES/VARIABLE_VALUE", which is always the same.
std::string shown_key(const std::string& key) { return key.substr(0, key.find("/.ATTRIBUTES/")); }

void say_what_was_found(const ImportCommand& command, const KerasImport& imported) {
  for (const auto& [parameter, key] : imported.sources) say("{:<44} {}", parameter, shown_key(key));
  say("saved in {}", command.out);
  if (imported.optimizer) {
    say("the optimizer has taken {} steps; to continue from there:", imported.optimizer->steps);
  } else {
    say("to train further with a new optimizer:");
  }
  say("  {}", train_command(command));
}

}  // namespace

void run(const ImportCommand& command) {
  Config config = load_config(command.config, command.settings);
  command.tables.apply(config);
  const ImportOptions options{.checkpoint = command.checkpoint,
                              .out = command.out,
                              .threads = command.threads,
                              .new_optimizer = command.new_optimizer};
  const ImportResult result = import_bundle(config, options);
  print_data(report_text(result.report, ReportDetail::brief));
  if (!command.quiet) say_what_was_found(command, result.imported);
}

}  // namespace shortlist
