// Predictions as shown to people and clients: clamped to the range of their label in the training rows.
// Metrics and the order of lists use the unclamped values.
#pragma once

#include <vector>

#include "shortlist/recommend/recommendation.h"

namespace shortlist {

struct Bundle;

// For predictions as [label], as [row][label], and of items. Bundles of older versions have no ranges, so
// nothing is clamped.
void clamp_to_labels(const Bundle& bundle, std::vector<float>& predictions);
void clamp_to_labels(const Bundle& bundle, std::vector<std::vector<float>>& rows);
void clamp_to_labels(const Bundle& bundle, std::vector<Recommendation>& items);
void clamp_to_labels(const Bundle& bundle, std::vector<std::vector<Recommendation>>& answers);

}  // namespace shortlist
