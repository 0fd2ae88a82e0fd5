// The commands and their shared options, as CLI11 declares them. CLI11 is slow to compile, so only files that
// declare commands include this.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shortlist/cli/commands.h"

namespace shortlist {

// No machine needs more, and a process at the system's limit leaves no threads for other programs.
inline constexpr int kMostThreads = 1'024;

// Checks of a value. Their messages show the given value and what is needed.
CLI::Validator positive();
CLI::Validator non_negative();
CLI::Validator whole();
// A finite number from `least` to `most`.
CLI::Validator between(double least, double most);
// Suggests the nearest name for an unknown one.
CLI::Validator one_of(std::vector<std::string> names);

// Runs the chosen command.
using Chosen = std::function<void()>;

// The accepted forms of TABLE, shown at the end of a command's help.
extern const char* const kTableHelp;

// Adds a command. It runs with the options that are added to `sub` afterwards.
template <typename Command>
std::shared_ptr<Command> add_command(CLI::App& app, Chosen& chosen, const char* name, const char* help,
                                     CLI::App*& sub) {
  auto command = std::make_shared<Command>();
  sub = app.add_subcommand(name, help);
  sub->callback([command, &chosen] { chosen = [command] { run(*command); }; });
  return command;
}

// The arguments TABLE and BUNDLE, and the output file of a table.
void add_table(CLI::App& sub, std::string& table);
void add_bundle(CLI::App& sub, std::string& bundle);
void add_table_file(CLI::App& sub, std::string& out);

// Options for reading a text file.
void add_text_options(CLI::App& sub, TableOptions& table);

// The tables that replace those of a config: --items and --users; with add_config_tables() also --data.
void add_side_tables(CLI::App& sub, ConfigTableOptions& tables);
void add_config_tables(CLI::App& sub, ConfigTableOptions& tables);

// A flag that is repeated for each value.
CLI::Option* add_list(CLI::App& sub, const char* flag, std::vector<std::string>& values, const char* help);
void add_threads(CLI::App& sub, int& threads);
void add_format(CLI::App& sub, std::string& format, const std::vector<std::string>& formats);
// --set appends, because the list may already contain the settings of --epochs and --seed.
void add_settings(CLI::App& sub, std::vector<std::string>& settings);

// The flags that say which rank of a job a process is.
void add_rank_options(CLI::App& sub, RankArguments& arguments);

// Each function adds commands, one of which becomes `chosen` if the arguments name it.
void add_table_commands(CLI::App& app, Chosen& chosen);
// `arguments` are all words of the command line.
void add_model_commands(CLI::App& app, Chosen& chosen, const std::vector<std::string>& arguments);
void add_plan_command(CLI::App& app, Chosen& chosen);
// Commands that train many models.
void add_trial_commands(CLI::App& app, Chosen& chosen);
void add_answer_commands(CLI::App& app, Chosen& chosen);
// Import and export.
void add_exchange_commands(CLI::App& app, Chosen& chosen);
void add_server_commands(CLI::App& app, Chosen& chosen);
void add_launch(CLI::App& app, Chosen& chosen);

}  // namespace shortlist
