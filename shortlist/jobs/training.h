// The whole job: from a config and a table to a bundle.
#pragma once

#include <atomic>
#include <string>

#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/train/training_callback.h"

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

struct TrainingResult {
  bool finished = false;  // false: stopped, and `--resume` goes on
  History history;
  EvaluationReport report;
};

// Trains, evaluates on the test rows (validation rows where there are none), and saves. A folder that holds a
// run already is an error unless `resume` or `overwrite`. Files of the run that are not the bundle are in
// out/run/: checkpoints, TensorBoard's event files, times; with training.refit those of the second training
// are in out/run/refit/.
TrainingResult train(const Config& config, const TrainingOptions& options, TrainingCallback& callback,
                     const std::atomic<bool>& stop);

}  // namespace shortlist
