// How many rows of a split the model saw in training.
#pragma once

#include <vector>

#include "shortlist/metrics/observations.h"

namespace shortlist {

// The share of `rows`, by weight, that occur in `train` with the same query, candidate and label. This is all
// that a model sees: users matter only if the query identifies them. Unknown indices never match.
double share_in_train(const Observations& train, const Observations& rows);

// The same with saved hashes of the training rows: one per distinct row, ascending.
std::vector<uint64_t> row_hashes(const Observations& train);
double share_in_train(const std::vector<uint64_t>& train, const Observations& rows);

}  // namespace shortlist
