// How many rows of a split the model has already seen.
#pragma once

#include <vector>

#include "shortlist/metrics/observations.h"

namespace shortlist {

// The share of `rows`, by weight, that stand identically in `train`: the same query, candidate and label.
// That is what a model sees: a user counts only as far as the query tells users apart. Unknown indices never
// match.
double share_in_train(const Observations& train, const Observations& rows);

// The same by hashes of the train rows, which can be kept: each distinct row once, ascending.
std::vector<uint64_t> row_hashes(const Observations& train);
double share_in_train(const std::vector<uint64_t>& train, const Observations& rows);

}  // namespace shortlist
