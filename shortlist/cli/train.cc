#include <algorithm>
#include <filesystem>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/training_listeners.h"
#include "shortlist/cli/words.h"

namespace shortlist {
namespace {

std::string default_out(const std::string& config) {
  return (std::filesystem::path("runs") / std::filesystem::path(config).stem()).string();
}

// The command that was typed, with --resume.
std::string resume_command(std::vector<std::string> arguments) {
  if (std::ranges::find(arguments, "--resume") == arguments.end()) arguments.emplace_back("--resume");
  std::string text;
  for (const std::string& argument : arguments) text += (text.empty() ? "" : " ") + shell_quoted(argument);
  return text;
}

std::string recommend_command(const Config& config, const std::string& out) {
  std::string text = "shortlist recommend " + shell_quoted(out);
  std::vector<std::string> columns;
  for (const std::string& name : config.query.features) {
    const std::string& column = config.feature(name).column;
    if (std::ranges::find(columns, column) != columns.end()) continue;
    columns.push_back(column);
    text += " --query " + shell_quoted(column + "=...");
  }
  return text;
}

std::unique_ptr<TrainingListener> make_listener(const TrainCommand& command) {
  if (command.json) return listener_for_machines();
  return command.quiet ? listener_for_warnings() : listener_for_people();
}

}  // namespace

void run(const TrainCommand& command) {
  Config config = load_config(command.config, command.settings);
  command.data.apply(config.data);
  const TrainingOptions options{.out = command.out.empty() ? default_out(command.config) : command.out,
                                .threads = command.threads,
                                .resume = command.resume,
                                .profile = command.profile};
  const auto listener = make_listener(command);
  const TrainingResult result = train(config, options, *listener, stop_on_signals());
  if (!result.finished) {
    throw Error(ErrorKind::interrupted,
                fmt::format("stopped after {} whole epochs, saved; go on with\n  {}",
                            result.history.epochs.size(), resume_command(command.arguments)));
  }
  if (!command.json) print_data(report_text(result.report));
  if (command.json || command.quiet) return;
  say("saved in {}; learning curves and the report for people in {}/report.html", options.out, options.out);
  say("next: {}", recommend_command(config, options.out));
}

}  // namespace shortlist
