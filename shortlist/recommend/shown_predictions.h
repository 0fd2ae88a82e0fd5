// Predictions as they are shown to people and clients: within the range of their label in the training rows.
// Metrics and the order of lists use them as they are.
#pragma once

#include <vector>

#include "shortlist/recommend/recommendation.h"

namespace shortlist {

struct Bundle;

// [label], [row][label], and those of items. A bundle of an older program, which has no ranges, changes none.
void clamp_to_labels(const Bundle& bundle, std::vector<float>& predictions);
void clamp_to_labels(const Bundle& bundle, std::vector<std::vector<float>>& rows);
void clamp_to_labels(const Bundle& bundle, std::vector<Recommendation>& items);
void clamp_to_labels(const Bundle& bundle, std::vector<std::vector<Recommendation>>& answers);

}  // namespace shortlist
