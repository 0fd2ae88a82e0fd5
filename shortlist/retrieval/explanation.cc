#include "shortlist/retrieval/explanation.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace shortlist {

void keep_largest(std::vector<HistoryShare>& shares) {
  std::ranges::stable_sort(shares, std::greater(),
                           [](const HistoryShare& share) { return std::abs(share.score); });
  shares.resize(std::min(shares.size(), kHistoryShares));
}

}  // namespace shortlist
