// The events of a training as values, for programs: `train --json` prints them, Python passes them on.
#pragma once

#include <chrono>

#include "shortlist/base/value.h"
#include "shortlist/train/training_callback.h"

namespace shortlist {

class TrainingEvents : public TrainingCallback {
 public:
  // Events: prepared, resumed, refitting, epoch, learning_rate, stopped_early, profile, evaluated, warning.
  virtual void event(const char* name, Value::Table fields) = 0;

  void prepared(const TrainSpec& training, const Dataset& data, const ModelSpec& spec,
                const Parameters& parameters) override;
  void resumed(const TrainerState& state) override;
  void refitting(int epochs) override;
  void after_epoch(const EpochRecord& epoch, const Parameters& parameters) override;
  void learning_rate_fell(double from, double to) override;
  void stopped_early(int epoch, int best_epoch) override;
  void profiled(const StepProfile& profile) override;
  void evaluated(const EvaluationReport& report) override;
  void warned(const std::string& message) override;

 private:
  std::chrono::steady_clock::time_point start_;
};

// {"rmse": 0.9, ...}
Value metrics_value(const Metrics& metrics);

}  // namespace shortlist
