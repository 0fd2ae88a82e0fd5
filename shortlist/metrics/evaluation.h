// Compares a model's predictions with the baselines that the data allow, with intervals.
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

// The rank of each row's own candidate, among all candidates and among those that the row's user has not
// seen. `unseen` is empty if queries do not identify their user.
struct RowRanks {
  std::span<const Rank> all, unseen;
};

// Evaluates retrieval. With `seen`, `rank` and the baselines have both forms, and `rows` has users; the
// report then includes recall and NDCG by user. The intervals depend on `seed`.
TaskReport evaluate_retrieval(const CandidateWeights& train, const Observations& rows, const RowRanks& rank,
                              const SeenItems* seen, const std::vector<int>& ks, uint64_t seed);

// Evaluates lists as they are served. `rank` has each row's position in the list of its query; recall and
// NDCG are averaged by `rows.user`. With `seen`, baselines exclude seen items, as the lists do.
TaskReport evaluate_list(const CandidateWeights& train, const Observations& rows, std::span<const Rank> rank,
                         const SeenItems* seen, const std::vector<int>& ks, uint64_t seed);

// Evaluates the predictions of one label. `prediction` has one entry per row of `rows`, a probability if the
// labels are 0 and 1. `rows` has the label; `label` is its name.
TaskReport evaluate_ratings(const std::string& label, const LabelMeans& train, const Observations& rows,
                            std::span<const float> prediction, uint64_t seed);

}  // namespace shortlist
