// Predicts what a training takes at another scale: memory, disk, network and time of each stage, for one of
// several ranks. Sizes follow from the model's structure; times and the memory of rows from measured
// constants.
//
// What ranks share: rows are split. Embedding tables, with their gradients and optimizer state, are split by
// the hash of the id. All other parameters are replicated, and their gradients are summed in order.
// Catalogue, users and vocabularies are replicated.
#pragma once

#include <string>
#include <vector>

#include "shortlist/jobs/scale_constants.h"
#include "shortlist/jobs/scale_question.h"
#include "shortlist/jobs/scale_sample.h"

namespace shortlist {

// Figures of the rank that has most to do.
struct StageFigures {
  std::string stage;
  double seconds = 0, memory = 0, disk = 0, network = 0;  // bytes: at the peak, written or read, sent
};

struct ScalePlan {
  std::vector<StageFigures> stages;
  double rows = 0, items = 0, users = 0;
  double steps = 0, step_seconds = 0, step_bytes = 0;  // of an epoch; seconds and bytes sent per step
  double dense_parameters = 0, table_parameters = 0;
  double most_memory = 0;
  std::vector<std::string> notes;  // what dominates, and what to change
};

// Throws Error(usage) with the figures if a rank needs more memory than it has, if there are more ranks than
// parts of a batch, or if an embedding table has more ids than features may have.
ScalePlan plan_scale(const Config& config, const ScaleSample& sample, const ScaleQuestion& question,
                     const ScaleConstants& constants);

}  // namespace shortlist
