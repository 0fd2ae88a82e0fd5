// The whole job: from a config and a table to a bundle.
#pragma once

#include <atomic>
#include <string>

#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/train/trainer.h"

namespace shortlist {

struct TrainingOptions {
  std::string out;       // the folder of the run, which becomes the bundle
  int threads = 0;       // 0: one for each processor
  bool resume = false;   // go on where the folder's newest checkpoint stands
  bool profile = false;  // time the phases of the steps
};

// Tells how the job goes, beside what the trainer tells.
class TrainingListener : public TrainingObserver {
 public:
  // Rows and distinct values are known, and the model is built.
  virtual void prepared(const Config&, const Dataset&, const ModelSpec&, const Parameters&) {}
  virtual void resumed(const TrainerState&) {}
  virtual void profiled(const StepProfile&) {}
  virtual void evaluated(const EvaluationReport&) {}
  virtual void warned(const std::string&) {}
};

struct TrainingResult {
  bool finished = false;  // false: stopped, and `--resume` goes on
  History history;
  EvaluationReport report;
};

// Trains, evaluates on the test rows (validation rows where there are none), and saves. A folder that holds a
// run already is an error unless `resume`. Files of the run that are not the bundle stand in out/run/:
// checkpoints, TensorBoard's event files, times.
TrainingResult train(const Config& config, const TrainingOptions& options, TrainingListener& listener,
                     const std::atomic<bool>& stop);

// Evaluates a bundle on rows of a table, with the bundle's baselines and catalogue: "train", "validation",
// "test" or "all" of the table as the config splits it. "": of the table that the model was trained on, by
// its fingerprint, the test rows; of another one all rows.
EvaluationReport evaluate(const std::string& bundle, const TableSource& source, const std::string& split,
                          int threads);

// The layers with shapes and parameter counts, as text.
std::string summary(const ModelSpec& spec, const Parameters& parameters);

// Features are fitted and the model is built, but nothing is trained: what `describe` shows.
struct Described {
  std::string summary, dot, svg;
};
Described describe(const Config& config);

}  // namespace shortlist
