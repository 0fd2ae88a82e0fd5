#include "shortlist/base/available_memory.h"
#include "shortlist/base/value.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/text_table.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/json.h"

namespace shortlist {
namespace {

std::string duration_text(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.0f} us", 1e6 * seconds);
  if (seconds < 1) return fmt::format("{:.0f} ms", 1e3 * seconds);
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  if (seconds < 7'200) return fmt::format("{:.1f} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{:.1f} h", seconds / 3'600);
  return seconds < 7e7 ? fmt::format("{:.1f} days", seconds / 86'400)
                       : fmt::format("{:.3g} years", seconds / 31'556'952);
}

std::string size_text(double bytes) { return bytes == 0 ? "-" : bytes_text(bytes); }

std::string count_of(double number) {
  return number < 1e7 ? fmt::format("{:.0f}", number) : fmt::format("{:.3g}", number);
}

std::string plan_text(const ScalePlan& plan, const ScaleQuestion& question) {
  TextTable table({"stage", "time", "memory", "disk", "network"});
  for (size_t column = 1; column < 5; ++column) table.align_right(column);
  for (const StageFigures& stage : plan.stages)
    table.add({stage.stage, duration_text(stage.seconds), size_text(stage.memory), size_text(stage.disk),
               size_text(stage.network)});
  std::string text =
      fmt::format("{} rows, {} items, {} users; {} rank{} of {} thread{}; figures of one rank\n",
                  count_of(plan.rows), count_of(plan.items), count_of(plan.users), question.ranks,
                  question.ranks == 1 ? "" : "s", question.threads, question.threads == 1 ? "" : "s");
  text += fmt::format("{} replicated parameters, {} in embedding tables\n", count_of(plan.dense_parameters),
                      count_of(plan.table_parameters));
  text += fmt::format("{} steps of {} an epoch", count_of(plan.steps), duration_text(plan.step_seconds));
  if (question.ranks > 1) text += fmt::format(", in which a rank sends {}", bytes_text(plan.step_bytes));
  return text + "\n\n" + table.text();
}

Value stage_value(const StageFigures& stage) {
  Value::Table table;
  table.emplace_back("stage", Value(stage.stage));
  table.emplace_back("seconds", Value(stage.seconds));
  table.emplace_back("memory_bytes", Value(stage.memory));
  table.emplace_back("disk_bytes", Value(stage.disk));
  table.emplace_back("network_bytes", Value(stage.network));
  return Value(std::move(table));
}

// What was read and measured, for benchmarks/plan_constants.py.
Value sample_value(const ScaleSample& sample) {
  const size_t features = sample.queries.features.size() + sample.candidates.features.size();
  Value::Table table;
  table.emplace_back("rows", Value(sample.rows));
  table.emplace_back("columns", Value(static_cast<int64_t>(sample.columns)));
  table.emplace_back("features", Value(static_cast<int64_t>(features)));
  table.emplace_back("read_seconds", Value(sample.read_seconds));
  table.emplace_back("fit_seconds", Value(sample.fit_seconds));
  table.emplace_back("encode_seconds", Value(sample.encode_seconds));
  return Value(std::move(table));
}

Value plan_value(const ScalePlan& plan, const ScaleQuestion& question, const ScaleSample& sample) {
  Value::Array stages, notes;
  for (const StageFigures& stage : plan.stages) stages.push_back(stage_value(stage));
  for (const std::string& note : plan.notes) notes.push_back(Value(note));
  Value::Table table;
  table.emplace_back("rows", Value(plan.rows));
  table.emplace_back("items", Value(plan.items));
  table.emplace_back("users", Value(plan.users));
  table.emplace_back("ranks", Value(static_cast<int64_t>(question.ranks)));
  table.emplace_back("threads", Value(static_cast<int64_t>(question.threads)));
  table.emplace_back("replicated_parameters", Value(plan.dense_parameters));
  table.emplace_back("table_parameters", Value(plan.table_parameters));
  table.emplace_back("steps", Value(plan.steps));
  table.emplace_back("step_seconds", Value(plan.step_seconds));
  table.emplace_back("step_bytes", Value(plan.step_bytes));
  table.emplace_back("stages", Value(std::move(stages)));
  table.emplace_back("notes", Value(std::move(notes)));
  table.emplace_back("sample", sample_value(sample));
  return Value(std::move(table));
}

}  // namespace

void run(const PlanCommand& command) {
  Config config = load_config(command.config, command.settings);
  command.tables.apply(config);
  const ScaleConstants constants =
      command.constants.empty() ? ScaleConstants() : load_scale_constants(command.constants);
  const ScaleSample sample = sample_for_scale(config);
  const ScalePlan plan = plan_scale(config, sample, command.question, constants);
  if (command.json) {
    print_data(dump_json_value_line(plan_value(plan, command.question, sample)) + "\n");
    return;
  }
  print_data(plan_text(plan, command.question));
  for (const std::string& note : plan.notes) say("note: {}", note);
}

}  // namespace shortlist
