#include "shortlist/train/negative_sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/train/catalogue.h"

namespace shortlist {

NegativeSampler::NegativeSampler(const Negatives& negatives, const Dataset& data)
    : negatives_(negatives), item_of_candidate_(data.item_of_candidate) {
  if (!negatives.adds_candidates() || item_of_candidate_.empty()) return;
  constexpr uint32_t kNone = 0xffffffff;
  place_.assign(*std::ranges::max_element(item_of_candidate_) + size_t{1}, kNone);
  for (uint32_t candidate = 0; candidate < item_of_candidate_.size(); ++candidate) {
    uint32_t& first = place_[item_of_candidate_[candidate]];
    first = std::min(first, candidate);
  }
  for (uint32_t& first : place_) {
    if (first == kNone) continue;
    candidates_.push_back(first);
    first = static_cast<uint32_t>(candidates_.size() - 1);
  }
  if (negatives.popularity > 0) count_popularity(data);
}

void NegativeSampler::count_popularity(const Dataset& data) {
  const std::vector<uint32_t> rows = rows_of_items(data, place_.size());
  for (const uint32_t candidate : candidates_) {
    const double count = rows[item_of_candidate_[candidate]];
    popularity_.push_back(std::pow(count, negatives_.power));
  }
  const double sum = std::accumulate(popularity_.begin(), popularity_.end(), 0.0);
  SHORTLIST_CHECK(sum > 0);
  for (double& share : popularity_) share /= sum;
  table_.emplace(popularity_);
}

uint32_t NegativeSampler::draw(const RandomStream& random, uint64_t i) const {
  if (i < negatives_.uniform) return candidates_[random.below(i, candidates_.size())];
  return candidates_[table_->draw(random.uniform(i))];
}

double NegativeSampler::probability(uint32_t candidate, double share, size_t rows) const {
  double expected = static_cast<double>(rows) * share;
  expected += static_cast<double>(negatives_.uniform) / static_cast<double>(candidates_.size());
  if (table_) expected += static_cast<double>(negatives_.popularity) * popularity_[place(candidate)];
  return expected / static_cast<double>(std::max<size_t>(1, rows + negatives_.drawn()));
}

}  // namespace shortlist
