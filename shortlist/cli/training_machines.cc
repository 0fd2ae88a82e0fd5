#include <chrono>

#include "shortlist/cli/training_callbacks.h"
#include "shortlist/cli/words.h"
#include "shortlist/index/instructions.h"
#include "shortlist/io/json.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist {
namespace {

Value whole(size_t number) { return Value(static_cast<int64_t>(number)); }

Value figures_value(const Metrics& figures) {
  Value::Table table;
  for (const auto& [name, value] : figures) table.emplace_back(name, Value(value));
  return Value(std::move(table));
}

void print_event(const char* event, Value::Table fields) {
  fields.insert(fields.begin(), {"event", Value(std::string(event))});
  print_data(dump_json_value_line(Value(std::move(fields))) + "\n");
}

class MachineListener : public TrainingCallback {
 public:
  void prepared(const TrainSpec& training, const Dataset& data, const ModelSpec& spec,
                const Parameters& parameters) override {
    Value::Array labels;
    for (size_t t = 0; t < training.ranking.size(); ++t) {
      const LabelScale scale = spec.label_scale(t);
      labels.push_back(Value(Value::Table{{"label", Value(training.ranking[t].label)},
                                          {"standardized", Value(scale != LabelScale())},
                                          {"mean", Value(scale.mean)},
                                          {"deviation", Value(scale.deviation)}}));
    }
    print_event("prepared", {{"rows", whole(data.rows)},
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
  void resumed(const TrainerState& state) override {
    print_event("resumed",
                {{"epoch", Value(static_cast<int64_t>(state.epoch))}, {"step", Value(state.step)}});
  }
  void refitting(int epochs) override {
    print_event("refitting", {{"epochs", Value(static_cast<int64_t>(epochs))}});
  }
  void after_epoch(const EpochRecord& epoch, const Parameters&) override {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
    print_event("epoch", {{"epoch", Value(static_cast<int64_t>(epoch.epoch))},
                          {"learning_rate", Value(epoch.learning_rate)},
                          {"train", figures_value(epoch.train)},
                          {"validation", figures_value(epoch.validation)},
                          {"seconds", Value(passed.count())}});
    start_ = std::chrono::steady_clock::now();
  }
  void learning_rate_fell(double from, double to) override {
    print_event("learning_rate", {{"from", Value(from)}, {"to", Value(to)}});
  }
  void stopped_early(int epoch, int best_epoch) override {
    print_event("stopped_early", {{"epoch", Value(static_cast<int64_t>(epoch))},
                                  {"best_epoch", Value(static_cast<int64_t>(best_epoch))}});
  }
  void profiled(const StepProfile& profile) override {
    Value::Array phases;
    for (const StepPhase& phase : profile.phases) {
      phases.push_back(Value(Value::Table{{"name", Value(phase.name)},
                                          {"part", Value(phase.part)},
                                          {"flop", Value(phase.operations)},
                                          {"bytes", Value(phase.bytes)},
                                          {"ms", Value(profile.milliseconds(phase))}}));
    }
    print_event("profile", {{"steps", Value(profile.steps)},
                            {"threads", Value(static_cast<int64_t>(profile.threads))},
                            {"peak_flops", Value(profile.peak)},
                            {"ms", Value(profile.milliseconds())},
                            {"phases", Value(std::move(phases))}});
  }
  void evaluated(const EvaluationReport& report) override {
    print_event("evaluated", {{"report", parse_json_value(report_json(report), "report")}});
  }
  void warned(const std::string& message) override { print_event("warning", {{"message", Value(message)}}); }

 private:
  std::chrono::steady_clock::time_point start_;
};

}  // namespace

std::unique_ptr<TrainingCallback> callback_for_machines() { return std::make_unique<MachineListener>(); }

}  // namespace shortlist
