// The commands and the options that they share, as CLI11 takes them. CLI11 is slow to compile, so only the
// files that declare commands include this.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shortlist/cli/commands.h"

namespace shortlist {

// More of them no machine has; a system that gives no more leaves nothing to other programs.
inline constexpr int kMostThreads = 1'024;

// What a value must be; their messages say what was got and what is needed.
CLI::Validator positive();
CLI::Validator non_negative();
CLI::Validator whole();
// A number from `least` to `most`, which is finite.
CLI::Validator between(double least, double most);
// The nearest name is suggested in place of one that is unknown.
CLI::Validator one_of(std::vector<std::string> names);

// What the arguments ask for.
using Chosen = std::function<void()>;

// What TABLE may be, for the end of a command's help.
extern const char* const kTableHelp;

// Adds a command, which runs with the options that are then added to `sub`.
template <typename Command>
std::shared_ptr<Command> add_command(CLI::App& app, Chosen& chosen, const char* name, const char* help,
                                     CLI::App*& sub) {
  auto command = std::make_shared<Command>();
  sub = app.add_subcommand(name, help);
  sub->callback([command, &chosen] { chosen = [command] { run(*command); }; });
  return command;
}

// The arguments TABLE and BUNDLE, and the file that a table is written to.
void add_table(CLI::App& sub, std::string& table);
void add_bundle(CLI::App& sub, std::string& bundle);
void add_table_file(CLI::App& sub, std::string& out);

// How a text file is to be read.
void add_text_options(CLI::App& sub, TableOptions& table);

// A flag that is given again for each value.
CLI::Option* add_list(CLI::App& sub, const char* flag, std::vector<std::string>& values, const char* help);
void add_threads(CLI::App& sub, int& threads);
void add_format(CLI::App& sub, std::string& format, const std::vector<std::string>& formats);
// --set appends: what --epochs and --seed stand for is in the list already.
void add_settings(CLI::App& sub, std::vector<std::string>& settings);

// Each adds a command, which becomes `chosen` when the arguments ask for it.
void add_inspect(CLI::App& app, Chosen& chosen);
void add_convert(CLI::App& app, Chosen& chosen);
void add_init(CLI::App& app, Chosen& chosen);
void add_describe(CLI::App& app, Chosen& chosen);
void add_train(CLI::App& app, Chosen& chosen, const std::vector<std::string>& arguments);
void add_evaluate(CLI::App& app, Chosen& chosen);
void add_recommend(CLI::App& app, Chosen& chosen);
void add_predict(CLI::App& app, Chosen& chosen);
void add_similar(CLI::App& app, Chosen& chosen);
void add_embed(CLI::App& app, Chosen& chosen);
void add_import(CLI::App& app, Chosen& chosen);
void add_export(CLI::App& app, Chosen& chosen);
void add_serve(CLI::App& app, Chosen& chosen);
void add_key_command(CLI::App& app, Chosen& chosen);
void add_bench(CLI::App& app, Chosen& chosen);
void add_synth(CLI::App& app, Chosen& chosen);

}  // namespace shortlist
