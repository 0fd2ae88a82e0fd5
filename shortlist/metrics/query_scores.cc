#include "shortlist/metrics/query_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

Rank counts_of(std::span<const float> scores, float own) {
  const RankCount count = count_greater(scores, own);
  return {static_cast<uint32_t>(count.greater), static_cast<uint32_t>(count.equal)};
}

}  // namespace

Rank rank_among_all(Rank counts, ScoredItem own, size_t items) {
  if (!std::isfinite(own.score)) return {static_cast<uint32_t>(items), 0, own.item >= items};
  return {counts.greater, counts.equal - 1};  // without its own score
}

Rank rank_among_unseen(Rank all, Rank seen_counts, bool is_seen, ScoredItem own, size_t items) {
  if (!std::isfinite(own.score) || is_seen) return {static_cast<uint32_t>(items), 0, all.absent || is_seen};
  return {all.greater - seen_counts.greater, all.equal - seen_counts.equal};
}

QueryScores::QueryScores(std::span<const float> scores, std::span<const uint32_t> seen)
    : scores_(scores), seen_(seen) {
  of_seen_.reserve(seen.size());
  for (uint32_t item : seen) of_seen_.push_back(scores[item]);
}

ItemRanks QueryScores::rank(uint32_t item) const {
  const size_t items = scores_.size();
  const ScoredItem own{item, item < items ? scores_[item] : std::numeric_limits<float>::quiet_NaN()};
  const Rank all = rank_among_all(counts_of(scores_, own.score), own, items);
  if (seen_.empty()) return {all, all};
  const bool is_seen = std::ranges::binary_search(seen_, item);
  return {all, rank_among_unseen(all, counts_of(of_seen_, own.score), is_seen, own, items)};
}

}  // namespace shortlist
