#include "shortlist/cli/completion.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/cli/help.h"

namespace shortlist {
namespace {

struct CompletedOption {
  std::vector<std::string> flags;   // "--out", "-k"; empty: an argument without a flag
  std::vector<std::string> values;  // the allowed values; empty: any
  std::string help;
  bool takes_value = false;
};

struct CompletedCommand {
  std::string path;  // "", "train", "bench serve"
  std::string help;
  std::vector<CompletedOption> options;
  std::vector<std::pair<std::string, std::string>> commands;  // subcommands, with their help
};

bool is_word(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
}

// Parses "auto|score". Empty for anything else.
std::vector<std::string> values_in(const std::string& text) {
  std::vector<std::string> values;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('|', at), text.size());
    values.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  if (values.size() < 2 || !std::ranges::all_of(values, is_word)) return {};
  return values;
}

// The first line, without characters that end or escape shell quotes.
std::string one_line(std::string text) {
  text = text.substr(0, text.find('\n'));
  std::erase_if(text, [](char c) { return c == '\'' || c == '"' || c == '\\' || c == '`' || c == '$'; });
  return text;
}

CompletedOption completed(const CLI::Option& option) {
  CompletedOption result;
  for (const std::string& name : option.get_lnames()) result.flags.push_back("--" + name);
  for (const std::string& name : option.get_snames()) result.flags.push_back("-" + name);
  result.takes_value = option.get_items_expected_max() > 0;
  result.values = values_in(value_text(option));
  result.help = one_line(option.get_description());
  return result;
}

void add_commands(const CLI::App& app, const std::string& path, std::vector<CompletedCommand>& commands) {
  CompletedCommand command{
      .path = path, .help = one_line(app.get_description()), .options = {}, .commands = {}};
  for (const CLI::Option* option : app.get_options()) command.options.push_back(completed(*option));
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : below)
    command.commands.emplace_back(sub->get_name(), one_line(sub->get_description()));
  commands.push_back(std::move(command));
  for (const CLI::App* sub : below)
    add_commands(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), commands);
}

std::vector<std::string> words_of(const CompletedCommand& command) {
  std::vector<std::string> words;
  for (const auto& [name, help] : command.commands) words.push_back(name);
  for (const CompletedOption& option : command.options) {
    std::ranges::copy(option.flags, std::back_inserter(words));
    if (option.flags.empty()) std::ranges::copy(option.values, std::back_inserter(words));
  }
  return words;
}

// Lines such as case "$command $before" in "train --precision") offers="..." ;; for bash and zsh.
std::string cases(const std::vector<CompletedCommand>& commands) {
  std::string text = "  case \"$command\" in\n";
  for (const CompletedCommand& command : commands)
    text += fmt::format("    '{}') offers='{}' ;;\n", command.path, fmt::join(words_of(command), " "));
  text += "  esac\n  case \"$command $before\" in\n";
  for (const CompletedCommand& command : commands) {
    for (const CompletedOption& option : command.options) {
      for (const std::string& flag : option.flags) {
        if (option.takes_value)
          text +=
              fmt::format("    '{} {}') offers='{}' ;;\n", command.path, flag, fmt::join(option.values, " "));
      }
    }
  }
  return text + "  esac\n";
}

// Code that follows the words of a command: "bench serve".
std::string walk(const std::vector<CompletedCommand>& commands, const char* words) {
  std::string paths;
  for (const CompletedCommand& command : commands) {
    if (!command.path.empty()) paths += (paths.empty() ? "'" : "|'") + command.path + "'";
  }
  return fmt::format(
      "  for word in {}; do\n"
      "    case \"${{command:+$command }}$word\" in\n"
      "      {}) command=\"${{command:+$command }}$word\" ;;\n"
      "    esac\n"
      "  done\n",
      words, paths);
}

std::string bash_script(const std::vector<CompletedCommand>& commands) {
  return "# Completion of shortlist for bash: source <(shortlist completion bash)\n"
         "_shortlist() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
         "  local command='' word offers=''\n" +
         walk(commands, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"") + cases(commands) +
         "  COMPREPLY=($(compgen -W \"$offers\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _shortlist shortlist\n";
}

std::string zsh_script(const std::vector<CompletedCommand>& commands) {
  return "#compdef shortlist\n"
         "# Completion of shortlist for zsh: source <(shortlist completion zsh), after compinit\n"
         "_shortlist() {\n"
         "  local before=\"${words[CURRENT-1]}\" command='' word\n"
         "  local -a typed=(\"${(@)words[2,CURRENT-1]}\")\n"
         "  local offers=''\n" +
         walk(commands, "\"${typed[@]}\"") + cases(commands) +
         "  [[ -n $offers ]] && compadd -- ${=offers}\n"
         "  _files\n"
         "}\n"
         "compdef _shortlist shortlist\n";
}

// A condition: the words typed so far name this command and none of its subcommands.
std::string fish_condition(const CompletedCommand& command) {
  std::vector<std::string> below;
  for (const auto& [name, help] : command.commands) below.push_back(name);
  if (command.path.empty()) return "__fish_use_subcommand";
  std::string text;
  for (size_t at = 0; at <= command.path.size();) {
    const size_t end = std::min(command.path.find(' ', at), command.path.size());
    text +=
        (text.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + command.path.substr(at, end - at));
    at = end + 1;
  }
  if (!below.empty()) text += fmt::format("; and not __fish_seen_subcommand_from {}", fmt::join(below, " "));
  return text;
}

std::string fish_script(const std::vector<CompletedCommand>& commands) {
  std::string text = "# Completion of shortlist for fish: shortlist completion fish | source\n";
  for (const CompletedCommand& command : commands) {
    const std::string begin = "complete -c shortlist -n '" + fish_condition(command) + "'";
    for (const auto& [name, help] : command.commands)
      text += fmt::format("{} -a {} -d '{}'\n", begin, name, help);
    for (const CompletedOption& option : command.options) {
      if (option.flags.empty() && !option.values.empty())
        text += fmt::format("{} -a '{}'\n", begin, fmt::join(option.values, " "));
      if (option.flags.empty()) continue;
      text += begin;
      for (const std::string& flag : option.flags)
        text += flag.starts_with("--") ? " -l " + flag.substr(2) : " -s " + flag.substr(1);
      if (option.takes_value) text += " -r";
      if (!option.values.empty()) text += fmt::format(" -f -a '{}'", fmt::join(option.values, " "));
      text += fmt::format(" -d '{}'\n", option.help);
    }
  }
  return text;
}

}  // namespace

const std::vector<std::string>& completion_shells() {
  static const std::vector<std::string> shells = {"bash", "zsh", "fish"};
  return shells;
}

std::string completion_script(const CLI::App& app, const std::string& shell) {
  std::vector<CompletedCommand> commands;
  add_commands(app, "", commands);
  if (shell == "bash") return bash_script(commands);
  return shell == "zsh" ? zsh_script(commands) : fish_script(commands);
}

}  // namespace shortlist
