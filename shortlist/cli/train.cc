#include <algorithm>
#include <bit>
#include <filesystem>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/training_callbacks.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/config_hash.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/file.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/jobs/seeds.h"
#include "shortlist/ranks/same_on_all_ranks.h"
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

// Only rank 0 prints.
bool prints(const Communicator& ranks) { return ranks.rank() == 0; }

std::unique_ptr<TrainingCallback> make_callback(const TrainCommand& command, const Communicator& ranks) {
  if (!prints(ranks)) return std::make_unique<TrainingCallback>();
  if (command.json) return callback_for_machines();
  return command.quiet ? callback_for_warnings() : callback_for_people();
}

// Over several ranks, a batch has 8 parts unless the config says otherwise.
Config config_of(const TrainCommand& command, const Communicator& ranks) {
  constexpr unsigned kParts = 8;
  Config config = load_config(command.config, command.settings);
  if (ranks.size() > 1 && config.has_towers() && config.training.batch_parts == 1) {
    std::vector<std::string> settings = command.settings;
    const unsigned parts = std::max(kParts, std::bit_ceil(static_cast<unsigned>(ranks.size())));
    settings.push_back(fmt::format("training.batch_parts={}", parts));
    config = load_config(command.config, settings);
  }
  command.tables.apply(config);
  return config;
}

TrainingOptions options_of(const TrainCommand& command, Communicator& ranks) {
  return {.out = command.out.empty() ? default_out(command.config) : command.out,
          .threads = command.threads,
          .resume = command.resume,
          .profile = command.profile,
          .overwrite = command.overwrite,
          .from_checkpoint = command.from_checkpoint,
          .from = command.from,
          .keep_values = command.keep_values,
          .large = command.large.options(),
          .ranks = &ranks};
}

TrainingResult train_to_the_end(const TrainCommand& command, const Config& config,
                                const TrainingOptions& options) {
  const auto callback = make_callback(command, *options.ranks);
  check_same_on_all_ranks(*options.ranks, {{"the config", whole_config_hash(config)}});
  TrainingResult result = train(config, options, *callback, stop_on_signals());
  if (result.finished) return result;
  throw Error(ErrorKind::interrupted,
              fmt::format("stopped after {} whole epochs and saved; continue with\n  {}",
                          result.history.epochs.size(), resume_command(command.arguments)));
}

void run_seeds(const TrainCommand& command, Communicator& ranks) {
  const bool prints_text = prints(ranks) && !command.json && !command.quiet;
  const TrainingOptions all = options_of(command, ranks);
  const auto first = static_cast<uint64_t>(config_of(command, ranks).training.seed);
  std::vector<EvaluationReport> reports;
  for (int i = 0; i < command.seeds; ++i) {
    TrainCommand one = command;
    const auto seed = static_cast<int64_t>(first + static_cast<uint64_t>(i));
    one.settings.push_back(fmt::format("training.seed={}", seed));
    TrainingOptions options = all;
    options.out = fmt::format("{}/seed-{}", all.out, seed);
    options.resume = all.resume && std::filesystem::exists(run_folder(options.out));
    if (prints_text) say("seed {}, {} of {}", seed, i + 1, command.seeds);
    reports.push_back(train_to_the_end(one, config_of(one, ranks), options).report);
  }
  if (!prints(ranks)) return;
  const SeedsReport seeds = compare_seeds(reports);
  write_file_atomically(all.out + "/seeds.json", seeds_json(seeds));
  print_data(command.json ? seeds_event(seeds) : seeds_text(seeds));
  if (prints_text) say("saved in {}/seed-...; figures in {}/seeds.json", all.out, all.out);
}

void run_one(const TrainCommand& command, Communicator& ranks) {
  const Config config = config_of(command, ranks);
  const TrainingOptions options = options_of(command, ranks);
  const TrainingResult result = train_to_the_end(command, config, options);
  if (!prints(ranks)) return;
  if (!command.json) print_data(report_text(result.report, ReportDetail::brief));
  if (command.json || command.quiet) return;
  if (result.spilled_bytes > 0)
    say("up to {} of data were in files, not in memory", binary_bytes_text(result.spilled_bytes));
  const bool has_curves = !result.history.epochs.empty();
  say("saved in {0}; all figures are in {0}/report.txt{1} {0}/run/report.html", options.out,
      has_curves ? ", the learning curves in" : " and");
  say("next: {}", recommend_command(config, options.out));
}

}  // namespace

void run(const TrainCommand& command) {
  run_ranked(command.ranks, [&](Communicator& ranks) {
    return command.seeds > 1 ? run_seeds(command, ranks) : run_one(command, ranks);
  });
}

}  // namespace shortlist
