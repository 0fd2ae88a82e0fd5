// The whole job: a bundle measured on a table.
#pragma once

#include <string>

#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Evaluates a bundle on rows of a table, with the bundle's baselines and catalogue: "train", "validation",
// "test" or "all" of the table as the config splits it. "": of the table that the model was trained on, by
// its fingerprint, the test rows; of another one all rows.
EvaluationReport evaluate(const std::string& bundle, const TableSource& source, const std::string& split,
                          int threads);

}  // namespace shortlist
