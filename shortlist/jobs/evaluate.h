// The whole job: a bundle measured on a table.
#pragma once

#include <string>

#include "shortlist/config/config.h"
#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

// Evaluates a bundle on rows of the table that `tables` names, with those of its items and users where the
// bundle's config has them, and with the bundle's baselines and catalogue. `split` is "train", "validation",
// "test" or "all" of the table as the bundle's config splits it. "": of the table that the model was trained
// on, by its fingerprint, the test rows; of another one all rows.
EvaluationReport evaluate(const std::string& bundle, const Config& tables, const std::string& split,
                          int threads);

}  // namespace shortlist
