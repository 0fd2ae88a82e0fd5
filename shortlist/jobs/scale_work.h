// Counts the work of a training step, by the structure of the model.
#pragma once

#include "shortlist/jobs/scale_question.h"
#include "shortlist/jobs/scale_sample.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// The counts that a question asks for, in which the sample has grown.
struct ScaledCounts {
  double rows = 0, train = 0, validation = 0, test = 0, users = 0, items = 0;
  double queries = 0, candidates = 0;              // distinct
  double batch_queries = 0, batch_candidates = 0;  // distinct in a batch
  double batch = 0;
};
ScaledCounts scaled_counts(const Config& config, const ScaleSample& sample, const ScaleQuestion& question);

// The model at that scale, without its parameters. Throws Error(usage) for too many ids.
ModelSpec scaled_model(const Config& config, const ScaleSample& sample, const ScaleQuestion& question,
                       const ScaledCounts& counts);

struct StepWork {
  double operations = 0;         // multiplies and adds, with backward
  double bytes = 0;              // that layers without products move
  double dense_values = 0;       // parameters that each step reads and updates
  double table_values = 0;       // parameters of embedding tables
  double touched_values = 0;     // of the tables, in a batch
  double softmax_pairs = 0;      // pairs of the in-batch softmax
  double width = 0;              // columns of the towers' outputs; 0 without towers that retrieve
  double activation_values = 0;  // values of all nodes' outputs in a batch
};
StepWork step_work(const Config& config, const ScaleSample& sample, const ModelSpec& spec,
                   const ScaledCounts& counts);

}  // namespace shortlist
