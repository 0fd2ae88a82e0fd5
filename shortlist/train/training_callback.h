// Called during training, always on the training thread. Methods do nothing unless overridden.
#pragma once

#include <cstdint>
#include <string>

#include "shortlist/config/train_spec.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/metrics/history.h"
#include "shortlist/model/parameters.h"
#include "shortlist/model/spec.h"
#include "shortlist/model/step_profile.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/trainer_state.h"

namespace shortlist {

class TrainingCallback {
 public:
  virtual ~TrainingCallback() = default;
  struct Progress {
    int epoch = 0, epochs = 0;  // 1-based
    int64_t step = 0, steps = 0;
    size_t rows = 0;         // of the current epoch so far
    const Metrics& running;  // means over the epoch so far
  };
  // Called before each step with the learning rate, and returns the one to use from this step on: the same,
  // or another one that is finite and more than 0. A schedule continues from there.
  virtual double learning_rate(double rate) { return rate; }
  virtual void after_step(const Progress&) {}
  virtual void after_epoch(const EpochRecord&, const Parameters&) {}
  virtual void learning_rate_fell(double /*from*/, double /*to*/) {}
  virtual void stopped_early(int /*epoch*/, int /*best_epoch*/) {}

  // The remaining methods concern the whole job.
  // Called when rows and distinct values are known and the model is built.
  virtual void prepared(const TrainSpec&, const Dataset&, const ModelSpec&, const Parameters&) {}
  virtual void resumed(const TrainerState&) {}
  // Called before training on the training and validation rows together, for this number of epochs.
  virtual void refitting(int /*epochs*/) {}
  virtual void profiled(const StepProfile&) {}
  virtual void evaluated(const EvaluationReport&) {}
  virtual void warned(const std::string&) {}
};

}  // namespace shortlist
