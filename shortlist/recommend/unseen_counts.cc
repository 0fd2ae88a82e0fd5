#include "shortlist/recommend/unseen_counts.h"

#include "shortlist/features/feature_map.h"

#include <algorithm>

namespace shortlist {

UnseenCounts by_column(const FeatureMap& features, const std::vector<uint64_t>& unseen) {
  UnseenCounts counts;
  for (size_t i = 0; i < unseen.size(); ++i) {
    const auto known =
        std::ranges::find(counts, features[i].column, &std::pair<std::string, uint64_t>::first);
    if (known == counts.end()) {
      counts.emplace_back(features[i].column, unseen[i]);
    } else if (unseen[i] > 0) {
      known->second = known->second == 0 ? unseen[i] : std::min(known->second, unseen[i]);
    }
  }
  return counts;
}

}  // namespace shortlist
