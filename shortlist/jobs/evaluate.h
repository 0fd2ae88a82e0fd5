// The evaluate job: measures a bundle on a table.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

struct Bundle;
struct RowResults;

// Evaluates a bundle on rows of the table that `tables` names, with its item and user tables if the bundle's
// config has them, and with the bundle's baselines and catalogue. `split` is "train", "validation", "test" or
// "all", as the bundle's config splits the table. With "", the test rows are used if the table's fingerprint
// is that of the model's training table, and all rows otherwise.
// `by` lists columns of the table and kinds of segments (segments.h) whose segments are measured as well.
// `results`, if given, gets what is measured of each row.
EvaluationReport evaluate(Bundle bundle, const Config& tables, const std::string& split, int threads,
                          const std::vector<std::string>& by = {}, RowResults* results = nullptr);

}  // namespace shortlist
