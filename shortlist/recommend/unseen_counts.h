// Counts of values that features had not seen, by the columns that they read.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace shortlist {

class FeatureMap;

// How many values of each column the features had not seen; of a column that several features read, the
// fewest that one of them misses: texts rather than their words.
using UnseenCounts = std::vector<std::pair<std::string, uint64_t>>;

// From the count of each feature of the map.
UnseenCounts by_column(const FeatureMap& features, const std::vector<uint64_t>& unseen);

}  // namespace shortlist
