// The weights of a blend: how much the score of each member counts.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/threads.h"

namespace shortlist {

// The candidates of one query: what the members return, with the items to find among them.
struct BlendList {
  std::vector<float> scores;       // [candidates, members], each member's on one scale
  std::vector<uint32_t> relevant;  // candidates
  std::vector<float> gains;        // of each relevant candidate
  // The gains of relevant items that are not candidates, which no weights can find.
  std::vector<float> missed;

  size_t candidates(size_t members) const { return scores.size() / members; }
};

// The mean NDCG at k of the lists that are ordered by the weighted sums of the scores. Ties count against
// the relevant item.
double blended_ndcg(std::span<const BlendList> lists, std::span<const double> weights, size_t k,
                    ThreadPool& pool);

// Weights with sum 1 that are at least as good as equal ones and as any member alone: coordinate search over
// factors of one weight at a time, from the best of these starts, until no change helps. A pure function of
// the lists. With no lists, the weights are equal.
std::vector<double> learn_blend_weights(std::span<const BlendList> lists, size_t members, size_t k,
                                        ThreadPool& pool);

// Brings the scores of all items for one query to mean 0 and deviation 1, so that members can be added. An
// item with a NaN, which the member leaves out, gets the lowest score of the others. If all scores are
// equal, all become 0.
void standardize_scores(std::span<float> scores);

}  // namespace shortlist
