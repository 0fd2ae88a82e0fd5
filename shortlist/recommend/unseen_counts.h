// Counts of values that the features have not seen, by column.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace shortlist {

class FeatureMap;

// The number of unseen values in each column. If several features read a column, the lowest of their counts
// is used, so that texts are counted rather than their words.
using UnseenCounts = std::vector<std::pair<std::string, uint64_t>>;

// Computes the counts from the count of each feature of the map.
UnseenCounts by_column(const FeatureMap& features, const std::vector<uint64_t>& unseen);

}  // namespace shortlist
