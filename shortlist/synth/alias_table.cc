#include "shortlist/synth/alias_table.h"

#include <numeric>

#include "shortlist/base/error.h"

namespace shortlist {

AliasTable::AliasTable(std::span<const double> weights) : cells_(weights.size()) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  SHORTLIST_CHECK(sum > 0);
  std::vector<double> share(weights.begin(), weights.end());  // of a cell: 1 is full
  std::vector<uint32_t> small, large;
  for (uint32_t i = 0; i < share.size(); ++i) {
    share[i] *= static_cast<double>(share.size()) / sum;
    (share[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const uint32_t lacking = small.back(), giving = large.back();
    small.pop_back();
    cells_[lacking] = {share[lacking], giving};
    share[giving] -= 1 - share[lacking];
    if (share[giving] < 1) {
      large.pop_back();
      small.push_back(giving);
    }
  }
  // The remaining cells are full except for rounding errors, and draw their own index.
}

}  // namespace shortlist
