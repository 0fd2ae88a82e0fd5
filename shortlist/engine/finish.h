// The end of train and import: a model that has its weights is evaluated, and becomes a bundle.
#pragma once

#include <string>

#include "shortlist/engine/run_files.h"

namespace shortlist {

struct FinishedModel {
  const Config& config;
  const PreparedData& prepared;
  const ModelSpec& spec;
  Parameters& parameters;
  const History& history;
};

// Evaluates on the test rows (where there are none on the validation rows, then on the training rows), and
// saves the bundle, with `extras` in it, and the files of its run.
EvaluationReport finish(const FinishedModel& model, const std::string& out, ThreadPool& pool, RunFiles& files,
                        const std::vector<ExtraFile>& extras);

}  // namespace shortlist
