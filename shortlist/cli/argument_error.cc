#include "shortlist/cli/argument_error.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/value.h"

namespace shortlist {
namespace {

// The command that the arguments chose, as far as they were parsed.
const CLI::App& chosen_command(const CLI::App& app) {
  const std::vector<CLI::App*> parsed = app.get_subcommands();
  return parsed.empty() ? app : chosen_command(*parsed.back());
}

// "bench serve"; "shortlist" for the program itself.
std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  if (parent == nullptr || parent->get_parent() == nullptr) return command.get_name();
  return full_name(*parent) + " " + command.get_name();
}

// As help shows it: "--out", or "BUNDLE" for an argument without a flag.
std::string shown(const CLI::Option& option) {
  if (!option.get_lnames().empty()) return "--" + option.get_lnames().front();
  if (!option.get_snames().empty()) return "-" + option.get_snames().front();
  std::string name = option.get_name(true);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

// Flags of 0.1.0 that have other names now.
constexpr std::pair<std::string_view, std::string_view> kRenamed[] = {{"--candidate", "--item"},
                                                                      {"--candidates", "--items"}};

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

bool is_flag(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

// Looks for the cause in a command's arguments, most specific first.
class Explanation {
 public:
  Explanation(const CLI::App& app, const CLI::ParseError& error)
      : command_(chosen_command(app)), error_(error), left_(command_.remaining()) {
    // Arguments that no command accepted are left at the program.
    for (const std::string& word : app.remaining()) {
      if (&command_ != &app) left_.push_back(word);
    }
  }

  std::string text() const {
    for (const auto explain : {&Explanation::unknown_flag, &Explanation::unknown_command,
                               &Explanation::bad_value, &Explanation::wrong_count, &Explanation::missing,
                               &Explanation::combination, &Explanation::too_many}) {
      if (const std::string text = (this->*explain)(); !text.empty()) return text;
    }
    return "the arguments cannot be parsed";
  }

  std::string hint() const {
    const std::string name = full_name(command_);
    return name == "shortlist" ? "`shortlist --help` lists the commands"
                               : fmt::format("`shortlist {} --help` lists its arguments", name);
  }

 private:
  template <typename Kind>
  bool is() const {
    return dynamic_cast<const Kind*>(&error_) != nullptr;
  }
  std::string about(const std::string& text) const {
    const std::string name = full_name(command_);
    return name == "shortlist" ? text : name + ": " + text;
  }

  std::string unknown_flag() const {
    const auto flag = std::ranges::find_if(left_, is_flag);
    if (flag == left_.end()) return "";
    const std::string name = flag->substr(0, flag->find('='));
    for (const auto& [before, now] : kRenamed)
      if (name == before && command_.get_option_no_throw(std::string(now)) != nullptr)
        return about(fmt::format("{} is now {}: write that instead", before, now));
    return about(fmt::format("unknown flag '{}'{}", name, suggestion(name, flag_names(command_))));
  }

  std::string unknown_command() const {
    const std::vector<std::string> names = command_names(command_);
    if (names.empty()) return "";
    const std::string before = command_.get_parent() == nullptr ? "" : full_name(command_) + " ";
    if (left_.empty()) return fmt::format("no command is given{}", before.empty() ? "" : " after " + before);
    const std::string near = nearest(left_[0], names);
    return fmt::format("unknown command '{}{}'{}", before, left_[0],
                       near.empty() ? "" : fmt::format("; did you mean '{}{}'?", before, near));
  }

  // The validators' texts already show the given value and what is needed.
  std::string bad_value() const {
    if (is<CLI::ValidationError>()) return about(error_.what());
    const CLI::Option* option = is<CLI::ConversionError>() ? option_at_fault() : nullptr;
    if (option == nullptr) return "";
    if (option->get_items_expected_max() == 0) return about(shown(*option) + " takes no value");
    const bool fraction = option->get_type_name().starts_with("FLOAT");
    const bool natural = option->get_type_name().starts_with("UINT");
    return about(fmt::format("{}: got '{}', need a {}number{} within its range", shown(*option),
                             fmt::join(option->results(), " "), fraction ? "" : "whole ",
                             natural ? " of at least 0" : ""));
  }

  std::string wrong_count() const {
    const CLI::Option* option = is<CLI::ArgumentMismatch>() ? option_at_fault() : nullptr;
    if (option == nullptr) return "";
    if (option->get_items_expected_max() == 0) return about(shown(*option) + " takes no value");
    if (option->count() > 1) {
      return about(
          fmt::format("{} is given {} times, but can be given only once", shown(*option), option->count()));
    }
    return about(shown(*option) + " needs a value");
  }

  std::string missing() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : command_.get_options()) {
      if (option->get_required() && option->count() == 0) names.push_back(shown(*option));
    }
    if (names.empty()) return "";
    return about(fmt::format("{} {} missing", fmt::join(names, ", "), names.size() == 1 ? "is" : "are"));
  }

  std::string combination() const {
    for (const CLI::Option* option : command_.get_options()) {
      if (option->count() == 0) continue;
      for (const CLI::Option* other : option->get_needs()) {
        if (other->count() == 0) return about(shown(*option) + " needs " + shown(*other));
      }
      for (const CLI::Option* other : option->get_excludes()) {
        if (other->count() > 0)
          return about(fmt::format("{} and {} cannot be given together", shown(*option), shown(*other)));
      }
    }
    return "";
  }

  std::string too_many() const {
    if (left_.empty()) return "";
    return about(fmt::format("unexpected argument '{}'", left_[0]));
  }

  // The option that the error is about. CLI11's text begins with its name, or has it before its value.
  const CLI::Option* option_at_fault() const {
    const std::string text = error_.what();
    const CLI::Option* found = nullptr;
    size_t first = text.npos, longest = 0;
    for (const CLI::Option* option : command_.get_options()) {
      const std::string name = option->get_name();
      const size_t at = text.find(name);
      if (at == text.npos || at > first || (at == first && name.size() < longest)) continue;
      found = option, first = at, longest = name.size();
    }
    return found;
  }

  const CLI::App& command_;
  const CLI::ParseError& error_;
  std::vector<std::string> left_;  // arguments that nothing accepted
};

}  // namespace

Error argument_error(const CLI::App& app, const CLI::ParseError& error) {
  const Explanation explanation(app, error);
  return usage_error("{}\n{}", explanation.text(), explanation.hint());
}

}  // namespace shortlist
