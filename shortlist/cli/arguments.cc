#include "shortlist/cli/arguments.h"

#include <sstream>

#include "shortlist/base/value.h"
#include "shortlist/cli/argument_error.h"
#include "shortlist/cli/command_options.h"
#include "shortlist/cli/completion.h"
#include "shortlist/cli/help.h"
#include "shortlist/cli/path_kind.h"
#include "shortlist/cli/words.h"
#include "shortlist/index/instructions.h"

namespace shortlist {

namespace {

// The help of the command named by words such as {"bench", "serve"}. Throws Error(usage) for an unknown
// command.
std::string help_of(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  std::string before;
  for (const std::string& word : words) {
    std::vector<std::string> names;
    const CLI::App* found = nullptr;
    for (const CLI::App* sub : command->get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(sub->get_name());
      if (sub->get_name() == word) found = sub;
    }
    if (found == nullptr) {
      const std::string near = nearest(word, names);
      throw usage_error("help: unknown command '{}{}'{}\n`shortlist --help` lists the commands", before, word,
                        near.empty() ? "" : fmt::format("; did you mean '{}{}'?", before, near));
    }
    command = found;
    before += word + " ";
  }
  const std::string name = before.empty() ? app.get_name() : app.get_name() + " " + before;
  return app.get_formatter()->make_help(command, name.substr(0, name.find_last_not_of(' ') + 1),
                                        CLI::AppFormatMode::Normal);
}

void add_help(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = app.add_subcommand("help", "Show the help of a command, like COMMAND --help");
  auto words = std::make_shared<std::vector<std::string>>();
  sub->add_option("command", *words, "The command, such as train or bench serve")->option_text("COMMAND");
  sub->callback([&app, &chosen, words] {
    const std::string text = help_of(app, *words);
    chosen = [text] { print_data(text); };
  });
}

void add_completion(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = app.add_subcommand("completion", "Print a shell script that completes commands and flags");
  auto shell = std::make_shared<std::string>();
  sub->add_option("shell", *shell, "bash, zsh or fish")->required()->check(one_of(completion_shells()));
  sub->callback([&app, &chosen, shell] {
    const std::string script = completion_script(app, *shell);
    chosen = [script] { print_data(script); };
  });
  sub->footer(
      "\nExamples:\n"
      "  source <(shortlist completion bash)\n"
      "  shortlist completion fish > ~/.config/fish/completions/shortlist.fish\n");
}

// Tables, configs and bundles are easily confused.
void check_paths(CLI::App& app) {
  const auto check = [](std::string (*mistake)(const std::string&)) {
    return CLI::Validator(
        [mistake](std::string& path) -> std::string {
          const std::string what = mistake(path);
          return what.empty() ? "" : fmt::format("'{}' {}", path, what);
        },
        "");
  };
  for (CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; })) {
    check_paths(*sub);
    for (CLI::Option* option : sub->get_options()) {
      const std::string& kind = option->get_option_text();
      if (kind == "CONFIG") option->check(check(not_a_config));
      if (kind == "BUNDLE") option->check(check(not_a_bundle));
      if (kind == "TABLE") option->check(check(not_a_table));
    }
  }
}

}  // namespace

std::function<void()> parse_arguments(int count, char** arguments) {
  Chosen chosen;
  CLI::App app("Shortlist, a recommender engine: from a table to recommendations.", "shortlist");
  app.formatter(help_formatter());
  app.set_version_flag("--version", [] {
    return std::string(SHORTLIST_VERSION) + "\nvector instructions: " + instructions_in_use();
  });
  app.require_subcommand(1);
  app.footer(
      "\n`shortlist COMMAND --help` and `shortlist help COMMAND` describe a command.\n"
      "\nExit codes: 0 success, 1 failure, 2 wrong usage, 3 bad data, 70 internal error, 130 interrupted.");
  add_table_commands(app, chosen);
  add_model_commands(app, chosen, {arguments, arguments + count});
  add_launch(app, chosen);
  add_trial_commands(app, chosen);
  add_answer_commands(app, chosen);
  add_exchange_commands(app, chosen);
  add_server_commands(app, chosen);
  add_completion(app, chosen);
  add_help(app, chosen);
  check_paths(app);
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& asked) {
    std::ostringstream text;
    app.exit(asked, text, text);
    print_data(text.str());
    return {};
  } catch (const CLI::ParseError& error) {
    throw argument_error(app, error);
  }
  return chosen;
}

}  // namespace shortlist
