#include "shortlist/base/available_memory.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/text_table.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/json_writer.h"
#include "shortlist/jobs/scale_plan.h"

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

void write_stages(const ScalePlan& plan, JsonWriter& json) {
  json.key("stages").begin_array();
  for (const StageFigures& stage : plan.stages) {
    json.begin_object().member("stage", stage.stage).member("seconds", stage.seconds);
    json.member("memory_bytes", stage.memory).member("disk_bytes", stage.disk);
    json.member("network_bytes", stage.network).end_object();
  }
  json.end_array().key("notes").begin_array();
  for (const std::string& note : plan.notes) json.value(note);
  json.end_array();
}

// What was read and measured, for benchmarks/plan_constants.py.
void write_sample(const ScaleSample& sample, JsonWriter& json) {
  json.key("sample").begin_object().member("rows", sample.rows).member("columns", sample.columns);
  json.member("features", sample.queries.features.size() + sample.candidates.features.size());
  json.member("batch_queries", sample.queries.draws).member("batch_items", sample.candidates.draws);
  json.member("read_seconds", sample.read_seconds).member("fit_seconds", sample.fit_seconds);
  json.member("encode_seconds", sample.encode_seconds).end_object();
}

std::string plan_json(const ScalePlan& plan, const ScaleQuestion& question, const ScaleSample& sample) {
  JsonWriter json;
  json.begin_object().member("rows", plan.rows).member("items", plan.items).member("users", plan.users);
  json.member("ranks", question.ranks).member("threads", question.threads);
  json.member("replicated_parameters", plan.dense_parameters)
      .member("table_parameters", plan.table_parameters);
  json.member("steps", plan.steps).member("step_seconds", plan.step_seconds);
  json.member("step_bytes", plan.step_bytes);
  write_stages(plan, json);
  write_sample(sample, json);
  json.end_object();
  return json.take() + "\n";
}

}  // namespace

void run(const PlanCommand& command) {
  Config config = load_config(command.config, command.settings);
  command.table.apply(config);
  const ScaleConstants constants =
      command.constants.empty() ? ScaleConstants() : load_scale_constants(command.constants);
  const ScaleSample sample = sample_for_scale(config);
  const ScalePlan plan = plan_scale(config, sample, command.question, constants);
  if (command.json) {
    print_data(plan_json(plan, command.question, sample));
    return;
  }
  print_data(plan_text(plan, command.question));
  for (const std::string& note : plan.notes) say("note: {}", note);
}

}  // namespace shortlist
