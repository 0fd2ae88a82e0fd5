// Counts of values that features had not seen, by the columns that they read.
#pragma once

#include <cstdint>
#include <vector>

#include "shortlist/engine/recommender.h"
#include "shortlist/features/feature_map.h"

namespace shortlist {

// From the count of each feature of the map.
UnseenCounts by_column(const FeatureMap& features, const std::vector<uint64_t>& unseen);

}  // namespace shortlist
