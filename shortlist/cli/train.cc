#include <algorithm>
#include <filesystem>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/training_callbacks.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/file.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/jobs/seeds.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {
namespace {

std::string default_out(const std::string& config) {
  return (std::filesystem::path("runs") / std::filesystem::path(config).stem()).string();
}

// The command as typed, with --resume.
std::string resume_command(std::vector<std::string> arguments) {
  std::erase(arguments, "--overwrite");
  if (std::ranges::find(arguments, "--resume") == arguments.end()) arguments.emplace_back("--resume");
  std::string text;
  for (const std::string& argument : arguments) text += (text.empty() ? "" : " ") + shell_quoted(argument);
  return text;
}

std::string recommend_command(const Config& config, const std::string& out) {
  std::string text = "shortlist recommend " + shell_quoted(out);
  std::vector<std::string> columns;
  for (const std::string& name : config.query.features) {
    for (const ColumnRequest& column : columns_of(config.feature(name))) {
      if (std::ranges::find(columns, column.name) != columns.end()) continue;
      columns.push_back(column.name);
      text += " --query " + shell_quoted(column.name + "=...");
    }
  }
  return text;
}

std::unique_ptr<TrainingCallback> make_callback(const TrainCommand& command) {
  if (command.json) return callback_for_machines();
  return command.quiet ? callback_for_warnings() : callback_for_people();
}

Config config_of(const TrainCommand& command) {
  Config config = load_config(command.config, command.settings);
  command.tables.apply(config);
  return config;
}

TrainingOptions options_of(const TrainCommand& command) {
  return {.out = command.out.empty() ? default_out(command.config) : command.out,
          .threads = command.threads,
          .resume = command.resume,
          .profile = command.profile,
          .overwrite = command.overwrite,
          .from_checkpoint = command.from_checkpoint,
          .from = command.from,
          .keep_values = command.keep_values,
          .features = command.features};
}

TrainingResult train_to_the_end(const TrainCommand& command, const Config& config,
                                const TrainingOptions& options) {
  const auto callback = make_callback(command);
  TrainingResult result = train(config, options, *callback, stop_on_signals());
  if (result.finished) return result;
  throw Error(ErrorKind::interrupted,
              fmt::format("stopped after {} whole epochs and saved; continue with\n  {}",
                          result.history.epochs.size(), resume_command(command.arguments)));
}

void run_seeds(const TrainCommand& command) {
  const TrainingOptions all = options_of(command);
  const auto first = static_cast<uint64_t>(config_of(command).training.seed);
  std::vector<EvaluationReport> reports;
  for (int i = 0; i < command.seeds; ++i) {
    TrainCommand one = command;
    const auto seed = static_cast<int64_t>(first + static_cast<uint64_t>(i));
    one.settings.push_back(fmt::format("training.seed={}", seed));
    TrainingOptions options = all;
    options.out = fmt::format("{}/seed-{}", all.out, seed);
    options.resume = all.resume && std::filesystem::exists(run_folder(options.out));
    if (!command.quiet && !command.json) say("seed {}, {} of {}", seed, i + 1, command.seeds);
    reports.push_back(train_to_the_end(one, config_of(one), options).report);
  }
  const SeedsReport seeds = compare_seeds(reports);
  write_file_atomically(all.out + "/seeds.json", seeds_json(seeds));
  print_data(command.json ? seeds_event(seeds) : seeds_text(seeds));
  if (!command.json && !command.quiet)
    say("saved in {}/seed-...; figures in {}/seeds.json", all.out, all.out);
}

}  // namespace

void run(const TrainCommand& command) {
  if (command.seeds > 1) return run_seeds(command);
  const Config config = config_of(command);
  const TrainingOptions options = options_of(command);
  const TrainingResult result = train_to_the_end(command, config, options);
  if (!command.json) print_data(report_text(result.report, ReportDetail::brief));
  if (command.json || command.quiet) return;
  const bool has_curves = !result.history.epochs.empty();
  say("saved in {0}; all figures are in {0}/report.txt{1} {0}/run/report.html", options.out,
      has_curves ? ", the learning curves in" : " and");
  say("next: {}", recommend_command(config, options.out));
}

}  // namespace shortlist
