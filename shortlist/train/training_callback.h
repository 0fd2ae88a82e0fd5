// Called while a model trains, always on the thread that trains it. Does nothing unless overridden.
#pragma once

#include <cstdint>
#include <string>

#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/metrics/history.h"
#include "shortlist/model/parameters.h"
#include "shortlist/model/spec.h"
#include "shortlist/model/step_profile.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/trainer_state.h"

namespace shortlist {

struct Config;

class TrainingCallback {
 public:
  virtual ~TrainingCallback() = default;
  struct Progress {
    int epoch = 0, epochs = 0;  // 1-based
    int64_t step = 0, steps = 0;
    size_t rows = 0;         // of this epoch so far
    const Metrics& running;  // means over the epoch so far
  };
  virtual void after_step(const Progress&) {}
  virtual void after_epoch(const EpochRecord&, const Parameters&) {}
  virtual void learning_rate_fell(double /*from*/, double /*to*/) {}
  virtual void stopped_early(int /*epoch*/, int /*best_epoch*/) {}

  // The rest concerns the whole job.
  // Rows and distinct values are known, and the model is built.
  virtual void prepared(const Config&, const Dataset&, const ModelSpec&, const Parameters&) {}
  virtual void resumed(const TrainerState&) {}
  // What follows is the training on the rows for training and validation, for so many epochs.
  virtual void refitting(int /*epochs*/) {}
  virtual void profiled(const StepProfile&) {}
  virtual void evaluated(const EvaluationReport&) {}
  virtual void warned(const std::string&) {}
};

}  // namespace shortlist
