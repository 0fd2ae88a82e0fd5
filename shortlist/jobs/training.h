// The train job: makes a bundle from a config and a table.
#pragma once

#include <atomic>
#include <string>

#include "shortlist/config/config.h"
#include "shortlist/jobs/large_data.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/ranks/communicator.h"
#include "shortlist/train/training_callback.h"

namespace shortlist {

struct TrainingOptions {
  std::string out;       // the folder of the run, which becomes the bundle
  int threads = 0;       // 0: one per processor
  bool resume = false;   // continue from the folder's newest checkpoint
  bool profile = false;  // time the phases of the steps
  // Start again in a folder that contains a run. Its bundle is kept until the new one replaces it.
  bool overwrite = false;
  // Do not train, and make the bundle from this checkpoint of a run with the same config and data: a file, or
  // a run's folder, of which the newest is taken. The weights are those of the checkpoint's step, not of the
  // best epoch.
  std::string from_checkpoint;
  // Begin with the parameters of this bundle, whose config describes the same model: values of categories
  // that the table still has keep their embeddings, and new ones begin with the mean.
  std::string from;
  bool keep_values = false;  // also values that the table no longer has
  LargeDataOptions large = {};
  // Train together with other ranks, all with the same config, table and output folder, which they must be
  // able to read. Rank 0 writes the run and the bundle. Null: one rank.
  Communicator* ranks = nullptr;
};

struct TrainingResult {
  bool finished = false;  // false: stopped; `--resume` continues
  History history;
  EvaluationReport report;
  size_t spilled_bytes = 0;  // the most that was in files at a time (LargeDataOptions)
};

// Trains, evaluates on the test rows (on the validation rows if there are none), and saves. A folder that
// already contains a run is an error unless `resume` or `overwrite` is set. Files of the run that are not
// part of the bundle are in out/run/: checkpoints, TensorBoard's event files, times. With training.refit,
// those of the second training are in out/run/refit/.
TrainingResult train(const Config& config, const TrainingOptions& options, TrainingCallback& callback,
                     const std::atomic<bool>& stop);

}  // namespace shortlist
