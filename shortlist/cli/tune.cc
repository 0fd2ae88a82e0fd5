#include "shortlist/trials/tune.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/text_table.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/io/toml.h"
#include "shortlist/report/evaluation_text.h"
#include "shortlist/trials/children.h"
#include "shortlist/trials/default_space.h"
#include "shortlist/trials/influence.h"

namespace shortlist {
namespace {

constexpr int kMostAtOnce = 4;  // by default, since each has the table in memory

class PrintedTuneProgress : public TuneProgress {
 public:
  explicit PrintedTuneProgress(bool quiet) : quiet_(quiet) {}

  void round_started(int round, size_t trials, int epochs) override {
    if (!quiet_ && trials > 0)
      say("round {}: {} {}, up to {} epochs", round + 1, trials, trials == 1 ? "trial" : "trials", epochs);
  }
  void ended(const TrialRecord& trial, size_t done, size_t count) override {
    if (quiet_) return;
    const std::string what =
        fmt::format("{:>{}} of {}: trial {}", done, std::to_string(count).size(), count, trial.trial);
    if (!trial.error.empty()) return say("{}  failed: {}", what, trial.error);
    say("{}  {}{}  {}", what, metric_text(trial.value),
        trial.cut ? fmt::format(", stopped after epoch {}", trial.epochs) : "", duration_text(trial.seconds));
  }
  void testing() override {
    if (!quiet_) say("training the best config, to measure it on the test rows");
  }

 private:
  bool quiet_;
};

// The settings of each line, which must have all of the space's.
std::vector<std::vector<Value>> read_points(const std::string& path, const Space& space) {
  std::vector<std::vector<Value>> points;
  const std::string text = read_file(path);
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = fmt::format("{}:{}", path, number);
    const Value point = parse_json_value(line, where);
    std::vector<Value>& values = points.emplace_back();
    for (const SpaceSetting& setting : space.settings) {
      const Value* value = point.find(setting.name);
      if (value == nullptr) throw usage_error("{}: has no '{}', which the space varies", where, setting.name);
      values.push_back(*value);
    }
  }
  return points;
}

std::string value_text(const Value& value) {
  return value.text() != nullptr ? *value.text() : to_toml(value);
}

std::string board_text(const TuneReport& report) {
  std::vector<std::string> header = {"trial", report.metric, "epochs"};
  for (const SpaceSetting& setting : report.space.settings) header.push_back(setting.name);
  TextTable table(header);
  for (const size_t column : {0, 1, 2}) table.align_right(column);
  for (const TuneTrial& trial : report.trials) {
    const TrialRecord& record = trial.record;
    std::vector<std::string> cells = {std::to_string(trial.number),
                                      record.error.empty() ? metric_text(record.value) : "failed",
                                      fmt::format("{}{}", record.epochs, record.cut ? " (stopped)" : "")};
    for (const Value& value : trial.values) cells.push_back(value_text(value));
    table.add(cells);
  }
  const auto measured = std::ranges::count_if(report.trials, [](const TuneTrial& trial) {
    return trial.record.error.empty() && std::isfinite(trial.record.value);
  });
  if (static_cast<size_t>(measured) < kFewestInfluencePoints)
    return table.text() + fmt::format("\ntoo few trials to tell which setting matters: {} of at least {}\n",
                                      measured, kFewestInfluencePoints);
  std::string text = table.text() + "\nshare of the variance that each setting explains alone:\n";
  for (size_t s = 0; s < report.space.settings.size(); ++s)
    text += fmt::format("  {}  {:.0f} %\n", report.space.settings[s].name, 100 * report.influence[s]);
  return text;
}

TuneOptions options_of(const TuneCommand& command, const Space& space) {
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int threads = command.threads > 0 ? command.threads : cores;
  const int parallel = command.parallel > 0 ? command.parallel : std::min(kMostAtOnce, threads);
  TuneOptions options{.out = command.out,
                      .program = this_program(),
                      .trials = command.trials,
                      .parallel = parallel,
                      .threads = std::max(1, threads / parallel),
                      .seed = static_cast<uint64_t>(command.seed),
                      .search = {},
                      .metric = command.metric,
                      .test = !command.no_test};
  if (!command.search.empty())
    options.search = command.search == "halving" ? Search::halving : Search::random;
  if (!command.points.empty()) options.points = read_points(command.points, space);
  return options;
}

}  // namespace

void run(const TuneCommand& command) {
  Config config = load_config(command.config, command.settings);
  command.tables.apply(config);
  const Space space =
      command.space.empty() ? default_space(config) : read_space(load_toml(command.space), command.space);
  if (command.show_space)
    return print_data(command.format == "json" ? dump_json_value(space_value(space)) : space_to_toml(space));
  PrintedTuneProgress progress(command.quiet);
  const TuneReport report = tune(config, space, options_of(command, space), progress, stop_on_signals());
  const std::string board = board_text(report);
  write_file_atomically(command.out + "/leaderboard.txt", board);
  print_data(command.format == "json" ? leaderboard_json(report) : board);
  if (command.format == "json") return;
  if (report.test)
    print_data("\nthe best config on the test rows:\n\n" + report_text(*report.test, ReportDetail::brief));
  if (!command.quiet)
    say("the best config is {0}/best.toml{1}; {0}/influence.svg shows each setting", command.out,
        report.test ? fmt::format(", its bundle {}/best", command.out) : "");
}

}  // namespace shortlist
