#include "shortlist/jobs/training_events.h"

#include "shortlist/index/instructions.h"
#include "shortlist/io/json.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {
namespace {

Value whole(size_t number) { return Value(static_cast<int64_t>(number)); }

}  // namespace

Value metrics_value(const Metrics& metrics) {
  Value::Table table;
  for (const auto& [name, value] : metrics) table.emplace_back(name, Value(value));
  return Value(std::move(table));
}

void TrainingEvents::prepared(const TrainSpec& training, const Dataset& data, const ModelSpec& spec,
                              const Parameters& parameters) {
  Value::Array labels;
  for (const auto& [label, node, scale] : spec.rankings) {
    labels.push_back(Value(Value::Table{{"label", Value(label)},
                                        {"standardized", Value(scale != LabelScale())},
                                        {"mean", Value(scale.mean)},
                                        {"deviation", Value(scale.deviation)}}));
  }
  event("prepared", {{"rows", whole(data.rows)},
                     {"train", whole(data.split.train.size())},
                     {"validation", whole(data.split.validation.size())},
                     {"test", whole(data.split.test.size())},
                     {"queries", whole(data.queries.rows)},
                     {"items", whole(data.items.ids.size())},
                     {"pairs", whole(data.pair_query.size())},
                     {"trained_parameters", whole(parameters.trainable_count())},
                     {"kept_parameters", whole(parameters.kept_count())},
                     {"epochs", Value(static_cast<int64_t>(training.settings.epochs))},
                     {"labels", Value(std::move(labels))},
                     {"instructions", Value(instructions_in_use())}});
  start_ = std::chrono::steady_clock::now();
}

void TrainingEvents::resumed(const TrainerState& state) {
  event("resumed", {{"epoch", Value(static_cast<int64_t>(state.epoch))}, {"step", Value(state.step)}});
}

void TrainingEvents::refitting(int epochs) {
  event("refitting", {{"epochs", Value(static_cast<int64_t>(epochs))}});
}

void TrainingEvents::after_epoch(const EpochRecord& epoch, const Parameters&) {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
  event("epoch", {{"epoch", Value(static_cast<int64_t>(epoch.epoch))},
                  {"learning_rate", Value(epoch.learning_rate)},
                  {"train", metrics_value(epoch.train)},
                  {"validation", metrics_value(epoch.validation)},
                  {"seconds", Value(passed.count())}});
  start_ = std::chrono::steady_clock::now();
}

void TrainingEvents::learning_rate_fell(double from, double to) {
  event("learning_rate", {{"from", Value(from)}, {"to", Value(to)}});
}

void TrainingEvents::stopped_early(int epoch, int best_epoch) {
  event("stopped_early", {{"epoch", Value(static_cast<int64_t>(epoch))},
                          {"best_epoch", Value(static_cast<int64_t>(best_epoch))}});
}

void TrainingEvents::profiled(const StepProfile& profile) {
  Value::Array phases;
  for (const StepPhase& phase : profile.phases) {
    phases.push_back(Value(Value::Table{{"name", Value(phase.name)},
                                        {"part", Value(phase.part)},
                                        {"flop", Value(phase.operations)},
                                        {"bytes", Value(phase.bytes)},
                                        {"ms", Value(profile.milliseconds(phase))}}));
  }
  event("profile", {{"steps", Value(profile.steps)},
                    {"threads", Value(static_cast<int64_t>(profile.threads))},
                    {"peak_flops", Value(profile.peak)},
                    {"ms", Value(profile.milliseconds())},
                    {"phases", Value(std::move(phases))}});
}

void TrainingEvents::evaluated(const EvaluationReport& report) {
  event("evaluated", {{"report", parse_json_value(report_json(report), "report")}});
}

void TrainingEvents::warned(const std::string& message) { event("warning", {{"message", Value(message)}}); }

}  // namespace shortlist
