#include "shortlist/cli/help.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/cli/text_table.h"

namespace shortlist {
namespace {

constexpr size_t kUsual = 80, kNarrowest = 40, kWidest = 100;
constexpr size_t kNames = 26;  // columns for the names of options, if help is wide enough

size_t help_width() {
  const size_t columns = output_columns();
  return columns == kNoTerminal ? kUsual : std::clamp(columns, kNarrowest, kWidest);
}

// Wraps text at spaces to at most `width` columns.
std::vector<std::string> wrapped(const std::string& text, size_t width) {
  std::vector<std::string> lines(1);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string word = text.substr(at, end - at);
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (text_width(line) + 1 + text_width(word) <= width) {
      line += " " + word;
    } else {
      lines.push_back(word);
    }
    if (end < text.size() && text[end] == '\n') lines.emplace_back();
    at = end + 1;
  }
  return lines;
}

// The names, with their meaning next to or below them.
std::string entry(const std::string& names, const std::string& meaning, size_t width) {
  const size_t indent = std::min(kNames, width / 3);
  const std::string blanks(indent, ' ');
  std::string text = "  " + names;
  const bool beneath = text_width(text) + 2 > indent;
  if (!beneath) text.resize(indent, ' ');
  bool first = !beneath;
  if (beneath) text += "\n";
  for (const std::string& line : wrapped(meaning, width - indent)) {
    text += (first ? "" : blanks) + line;
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
    first = false;
  }
  return text;
}

// Converts a validator's "{text,json}" to "text|json".
std::string choices_in(const std::string& type) {
  const size_t open = type.find('{'), close = type.find('}');
  if (open == type.npos || close == type.npos || close < open) return "";
  std::string choices = type.substr(open + 1, close - open - 1);
  std::ranges::replace(choices, ',', '|');
  return choices;
}

bool is_flag(const CLI::Option& option) { return option.get_items_expected_min() == 0; }

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string argument_name(const CLI::Option& option) {
  const std::string& text = option.get_option_text();
  return (text.empty() ? upper_case(option.get_name(true)) : text) +
         (option.get_items_expected_max() > 1 ? "..." : "");
}

// "-h,--help", "--out FILE"
std::string flag_names(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  const std::string value = value_text(option);
  return fmt::format("{}{}{}", fmt::join(names, ","), value.empty() ? "" : " ", value);
}

std::string flag_name(const CLI::Option& option) {
  return option.get_lnames().empty() ? "-" + option.get_snames().front() : "--" + option.get_lnames().front();
}

// The description with the default value, and the options that it needs or excludes.
std::string meaning(const CLI::Option& option) {
  std::string text = option.get_description();
  const std::string usual = is_flag(option) ? "" : option.get_default_str();
  if (!usual.empty()) text += fmt::format(" (default: {})", usual);
  const auto add_others = [&](const char* relation, const std::set<CLI::Option*>& others) {
    std::vector<std::string> names;
    for (const CLI::Option* other : others) names.push_back(flag_name(*other));
    std::ranges::sort(names);  // the set is ordered by address
    if (!names.empty()) text += fmt::format(" ({} {})", relation, fmt::join(names, ", "));
  };
  add_others("needs", option.get_needs());
  add_others("not with", option.get_excludes());
  return text;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string usage(const CLI::App& app, const std::string& name, size_t width) {
  std::string text = "Usage: " + name;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional())
      text += " " + (option->get_required() ? argument_name(*option) : "[" + argument_name(*option) + "]");
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || !option->get_required()) continue;
    const std::string value = value_text(*option);
    text += " " + flag_name(*option) + " " + (value.find('|') == value.npos ? value : "VALUE");
  }
  text += commands_of(app).empty() ? " [OPTIONS]" : " COMMAND";
  const std::vector<std::string> lines = wrapped(text, width - 2);
  return fmt::format("{}\n", fmt::join(lines, "\n  "));
}

// Options with a flag, by group. Arguments without a flag come first.
std::string options_text(const CLI::App& app, size_t width) {
  std::vector<std::pair<std::string, std::string>> groups;
  const auto add = [&](const std::string& group, const std::string& line) {
    auto found = std::ranges::find(groups, group, &std::pair<std::string, std::string>::first);
    if (found == groups.end()) found = groups.insert(groups.end(), {group, ""});
    found->second += line;
  };
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional())
      add("Arguments", entry(argument_name(*option), option->get_description(), width));
  }
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional() && !option->get_group().empty())
      add(option->get_group(), entry(flag_names(*option), meaning(*option), width));
  }
  std::string text;
  for (const auto& [group, lines] : groups) text += "\n" + group + ":\n" + lines;
  return text;
}

std::string commands_text(const CLI::App& app, size_t width) {
  const std::vector<const CLI::App*> commands = commands_of(app);
  std::string text = commands.empty() ? "" : "\nCommands:\n";
  for (const CLI::App* command : commands) {
    std::string line = "  " + command->get_name();
    line.resize(std::max<size_t>(line.size() + 2, 14), ' ');
    const std::string blanks(line.size(), ' ');
    const auto lines = wrapped(command->get_description(), width - line.size());
    text += line + fmt::format("{}\n", fmt::join(lines, "\n" + blanks));
  }
  return text;
}

std::string footer_text(const std::string& footer, size_t width) {
  std::string text, paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) text += fmt::format("{}\n", fmt::join(wrapped(paragraph, width), "\n"));
    paragraph.clear();
  };
  for (size_t at = 0; at < footer.size();) {
    const size_t end = std::min(footer.find('\n', at), footer.size());
    const std::string line = footer.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line[0] != ' ') {
      paragraph += (paragraph.empty() ? "" : " ") + line;
      if (line.ends_with(':')) end_paragraph();  // a title
      continue;
    }
    end_paragraph();
    text += line + "\n";
  }
  end_paragraph();
  return text;
}

class HelpFormatter : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override {
    const size_t width = help_width();
    std::string text = fmt::format("{}\n\n", fmt::join(wrapped(app->get_description(), width), "\n"));
    text += usage(*app, name, width) + options_text(*app, width) + commands_text(*app, width);
    // A command without a footer inherits its parent's.
    const CLI::App* parent = app->get_parent();
    const bool own = parent == nullptr || parent->get_footer() != app->get_footer();
    return text + (own ? footer_text(app->get_footer(), width) : "");
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<HelpFormatter>(); }

std::string value_text(const CLI::Option& option) {
  if (is_flag(option)) return "";
  if (!option.get_option_text().empty()) return option.get_option_text();
  const std::string type = option.get_type_name();
  if (const std::string choices = choices_in(type); !choices.empty()) return choices;
  return type.starts_with("TEXT") || type.empty() ? "TEXT" : "N";
}

}  // namespace shortlist
