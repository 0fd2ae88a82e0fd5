// The end of train and import: a model that has its weights is evaluated, and becomes a bundle.
#pragma once

#include <string>

#include "shortlist/engine/run_files.h"

namespace shortlist {

// The order of the lists that a model serves, and how each order did on the validation rows.
struct ChosenOrder {
  ServedOrder order;
  std::vector<ListReport::Order> measured;
};

struct FinishedModel {
  const Config& config;
  const PreparedData& prepared;
  const ModelSpec& spec;
  Parameters& parameters;
  const History& history;
  // Chosen before, on validation rows that the data have no more. None: finish() chooses.
  std::optional<ChosenOrder> order = {};
};

// As choose_order() in engine/evaluate.h.
ChosenOrder choose_order(const FinishedModel& model, ThreadPool& pool);

// Evaluates on the test rows (where there are none on the validation rows, then on the training rows), and
// saves the bundle, with `extras` in it, and the files of its run.
EvaluationReport finish(const FinishedModel& model, const std::string& out, ThreadPool& pool, RunFiles& files,
                        const std::vector<ExtraFile>& extras);

}  // namespace shortlist
