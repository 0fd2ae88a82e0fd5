// The last step of train and import: evaluates a fitted model and saves it as a bundle.
#pragma once

#include <string>

#include "shortlist/config/config.h"
#include "shortlist/jobs/evaluate_rows.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/learners/learner.h"
#include "shortlist/train/prepare.h"

namespace shortlist {

struct FinishedModel {
  const Config& config;
  const TrainSpec& training;
  const PreparedData& prepared;
  Learner& learner;  // fitted
  const History& history;
  // Chosen earlier, on validation rows that the data no longer have. If not given, finish() chooses.
  std::optional<ChosenOrder> order = {};
  std::vector<Finding> findings = {};  // of the doctor, for the report
};

// Same as choose_order() in jobs/evaluate_rows.h.
ChosenOrder choose_order(const FinishedModel& model, ThreadPool& pool);

// Evaluates on the test rows, or on the validation rows if there are none, or on the training rows if there
// are neither. Saves the bundle with `extras` in it, and the files of its run.
EvaluationReport finish(const FinishedModel& model, const std::string& out, ThreadPool& pool, RunFiles& files,
                        const std::vector<ExtraFile>& extras);

}  // namespace shortlist
