// Puts a model's predictions beside the baselines that the data allow, with intervals.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shortlist/metrics/baselines.h"
#include "shortlist/metrics/evaluation_report.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/metrics/rank_metrics.h"

namespace shortlist {

// Where a row's own candidate stands, one entry for each row: among all candidates, and among those that the
// row's user has not seen (empty where queries do not tell their user).
struct RowRanks {
  std::span<const Rank> all, unseen;
};

// Retrieval. With `seen`, `rank` and the baselines have both forms, and `rows` tells users: then there are
// also recall and NDCG by user. The intervals depend on `seed`.
TaskReport evaluate_retrieval(const CandidateWeights& train, const Observations& rows, const RowRanks& rank,
                              const SeenItems* seen, const std::vector<int>& ks, uint64_t seed);

// Lists as they are served: `rank` has each row's place in the list of its query; recall and NDCG are by
// `rows.user`. With `seen`, baselines leave seen items out, as the lists do.
TaskReport evaluate_list(const CandidateWeights& train, const Observations& rows, std::span<const Rank> rank,
                         const SeenItems* seen, const std::vector<int>& ks, uint64_t seed);

// `prediction` has one entry for each row of `rows`: a probability where the labels are 0 and 1. `rows` has
// the label in question; `label` is its name.
TaskReport evaluate_ratings(const std::string& label, const LabelMeans& train, const Observations& rows,
                            std::span<const float> prediction, uint64_t seed);

}  // namespace shortlist
