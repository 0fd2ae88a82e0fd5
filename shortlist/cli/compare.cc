#include "shortlist/trials/compare.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/stop.h"
#include "shortlist/cli/terminal.h"
#include "shortlist/cli/text_table.h"
#include "shortlist/cli/trial_progress.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/file.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/report/figure_text.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

class PrintedProgress : public CompareProgress {
 public:
  explicit PrintedProgress(bool quiet) : quiet_(quiet), line_(!quiet) {}

  void started(const std::string& name, int64_t seed, size_t number, size_t count) override {
    what_ = fmt::format("{} of {}: {}, seed {}", number, count, name, seed);
    line_.draw(what_);
  }
  void kept(const std::string& name, int64_t seed) override {
    if (!quiet_) say("{}, seed {}: was trained before", name, seed);
  }
  void line(std::string_view event) override {
    if (!line_.due()) return;
    const std::string epoch = epoch_text(event);
    line_.draw(epoch.empty() ? what_ : what_ + ", " + epoch);
  }
  void ended(const std::string&, int64_t, const RunRecord& record) override {
    line_.clear();
    if (quiet_) return;
    if (record.error.empty()) return say("{}  {}", what_, duration_text(record.seconds));
    say("{}  failed: {}", what_, record.error);
  }

 private:
  bool quiet_;
  ProgressLine line_;
  std::string what_;
};

bool is_kind(const std::string& argument) {
  const bool is_name = find_model_kind(argument) != nullptr;
  if (fs::exists(argument) && !(is_name && fs::is_directory(argument))) return false;
  if (is_name) return true;
  if (argument.ends_with(".toml")) return false;
  throw usage_error("'{}' is not a file, and {}", argument, unknown_model_kind(argument));
}

// The config that init writes for the table.
Contender guessed(const CompareCommand& command) {
  if (command.tables.data.table.empty())
    throw usage_error("compare: need a config, or --data TABLE for which one can be written");
  const std::string file = command.out + "/init.toml";
  const Table table = Table::open(command.tables.data.source());
  make_directories(command.out);
  write_file_atomically(file, init_config(table, {}, {}));
  Contender contender{"init", load_config(file, command.settings)};
  command.tables.apply(contender.config);
  return contender;
}

Contender loaded(const CompareCommand& command, const std::string& path) {
  Contender contender{fs::path(path).stem().string(), load_config(path, command.settings)};
  command.tables.apply(contender.config);
  return contender;
}

void make_names_differ(std::vector<Contender>& contenders) {
  std::map<std::string, int> used;
  for (Contender& contender : contenders) {
    const int times = ++used[contender.name];
    if (times > 1) contender.name += fmt::format("-{}", times);
  }
}

std::vector<Contender> contenders_of(const CompareCommand& command) {
  const auto file = std::ranges::find_if_not(command.configs, is_kind);
  const bool has_file = file != command.configs.end();
  if (command.configs.empty() && !command.classics)
    throw usage_error("compare: need configs or names of kinds, or --quick");
  const Contender base = has_file ? loaded(command, *file) : guessed(command);
  std::vector<Contender> contenders;
  if (!has_file && command.classics) contenders.push_back(base);
  for (const std::string& argument : command.configs)
    contenders.push_back(is_kind(argument) ? contender_of_kind(argument, base.config)
                                           : loaded(command, argument));
  for (const std::string& kind : command.classics ? classic_kinds() : std::vector<std::string>())
    if (std::ranges::find(command.configs, kind) == command.configs.end())
      contenders.push_back(contender_of_kind(kind, base.config));
  make_names_differ(contenders);
  return contenders;
}

// The figures that fit a screen: those of lists at k that people know best, and those of labels.
std::vector<std::string> shown_figures(const ComparisonReport& comparison) {
  std::vector<std::string> names = {fmt::format("ndcg@{}", comparison.k),
                                    fmt::format("recall@{}", comparison.k)};
  for (const ComparedModel& model : comparison.models) {
    for (const ComparedFigure& figure : model.figures)
      if (figure.name.find(' ') != std::string::npos && std::ranges::find(names, figure.name) == names.end())
        names.push_back(figure.name);
  }
  return names;
}

const ComparedFigure* find_figure(const ComparedModel& model, const std::string& name) {
  const auto at = std::ranges::find(model.figures, name, &ComparedFigure::name);
  return at == model.figures.end() ? nullptr : &*at;
}

std::string difference_text(const ComparedFigure& figure, int decimals) {
  if (!figure.difference) return "";
  const auto text = [&](double value) { return fmt::format("{:+.{}f}", value, decimals); };
  return fmt::format("{} [{}, {}]", text(*figure.difference), text(figure.difference_interval->low),
                     text(figure.difference_interval->high));
}

std::string memory_text(size_t bytes) { return fmt::format("{:.0f} MB", static_cast<double>(bytes) / 1e6); }

std::string comparison_text(const ComparisonReport& comparison) {
  const std::vector<std::string> names = shown_figures(comparison);
  std::vector<std::string> header = {"model"};
  for (const std::string& name : names) {
    header.push_back(name);
    header.push_back("difference");
  }
  header.insert(header.end(), {"time", "memory"});
  TextTable table(header);
  for (size_t column = 1; column < header.size(); ++column) table.align_right(column);
  std::string failures;
  for (const ComparedModel& model : comparison.models) {
    if (!model.error.empty()) {
      failures += fmt::format("{} failed: {}\n", model.name, model.error);
      continue;
    }
    std::vector<std::string> cells = {model.name};
    for (const std::string& name : names) {
      const ComparedFigure* figure = find_figure(model, name);
      const int decimals = figure == nullptr ? 0 : measured_decimals(figure->value, figure->interval);
      cells.push_back(figure == nullptr ? "" : measured_text(figure->value, decimals));
      cells.push_back(figure == nullptr ? "" : difference_text(*figure, decimals));
    }
    cells.insert(cells.end(), {duration_text(model.seconds), memory_text(model.peak_bytes)});
    table.add(cells);
  }
  const char* lists = comparison.by_row
                          ? "Queries of some models have more than the user, so each row counts as a list.\n"
                          : "";
  return fmt::format("{} rows of {} users, the {} rows of the same split for all\n{}\n{}{}{}",
                     comparison.rows, comparison.users, comparison.split, lists, table.text(),
                     failures.empty() ? "" : "\n", failures);
}

}  // namespace

void run(const CompareCommand& command) {
  const std::vector<Contender> contenders = contenders_of(command);
  PrintedProgress progress(command.quiet);
  const ComparisonReport comparison = compare(
      contenders,
      {.out = command.out, .program = this_program(), .threads = command.threads, .seeds = command.seeds},
      progress, stop_on_signals());
  print_data(command.format == "json" ? comparison_json(comparison) : comparison_text(comparison));
  if (!command.quiet && command.format != "json")
    say("differences are from {}, with 95 % intervals; all figures are in {}/compare.json",
        contenders[0].name, command.out);
}

}  // namespace shortlist
