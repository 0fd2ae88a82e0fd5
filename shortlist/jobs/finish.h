// The end of train and import: a model that was fitted is evaluated, and becomes a bundle.
#pragma once

#include <string>

#include "shortlist/jobs/evaluate_rows.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/learners/learner.h"
#include "shortlist/train/prepare.h"

namespace shortlist {

struct FinishedModel {
  const Config& config;
  const PreparedData& prepared;
  Learner& learner;  // fitted
  const History& history;
  // Chosen before, on validation rows that the data have no more. None: finish() chooses.
  std::optional<ChosenOrder> order = {};
};

// As choose_order() in jobs/evaluate_rows.h.
ChosenOrder choose_order(const FinishedModel& model, ThreadPool& pool);

// Evaluates on the test rows (where there are none on the validation rows, then on the training rows), and
// saves the bundle, with `extras` in it, and the files of its run.
EvaluationReport finish(const FinishedModel& model, const std::string& out, ThreadPool& pool, RunFiles& files,
                        const std::vector<ExtraFile>& extras);

}  // namespace shortlist
