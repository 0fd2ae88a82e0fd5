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
  // Start anew in a folder that holds a run. Its bundle stays until the new one takes its place.
  bool overwrite = false;
  // Train nothing, and make the bundle from this checkpoint of a run of the same config and data: a file, or
  // a run's folder, whose newest it is. Its weights are those of its own step, not of the best epoch.
  std::string from_checkpoint;
};

// Tells how the job goes, beside what the trainer tells.
class TrainingListener : public TrainingObserver {
 public:
  // Rows and distinct values are known, and the model is built.
  virtual void prepared(const Config&, const Dataset&, const ModelSpec&, const Parameters&) {}
  virtual void resumed(const TrainerState&) {}
  // What follows is the training on the rows for training and validation, for so many epochs.
  virtual void refitting(int /*epochs*/) {}
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
// run already is an error unless `resume` or `overwrite`. Files of the run that are not the bundle are in
// out/run/: checkpoints, TensorBoard's event files, times; with training.refit those of the second training
// are in out/run/refit/.
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
  std::vector<std::string> warnings;
};
Described describe(const Config& config);

}  // namespace shortlist
