// Puts a model's predictions beside the baselines that the data allow, with intervals.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/metrics/rank_metrics.h"

namespace shortlist {

// `rank` has one entry for each row of `rows`; `catalogue` is the number of candidates. `train` has queries
// and candidates. The intervals depend on `seed`.
TaskReport evaluate_retrieval(const Observations& train, const Observations& rows, uint32_t catalogue,
                              std::span<const Rank> rank, const std::vector<int>& ks, uint64_t seed);

// `prediction` has one entry for each row of `rows`: a probability where the labels are 0 and 1. Both `train`
// and `rows` have the label in question; `label` is its name.
TaskReport evaluate_ratings(const std::string& label, const Observations& train, const Observations& rows,
                            std::span<const float> prediction, uint64_t seed);

}  // namespace shortlist
