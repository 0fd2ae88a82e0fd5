// How retrieved candidates become a list. The candidates, sorted by score, are cut into blocks of
// recommend.candidates. The ranking orders each block, and the blocks are concatenated, so an item's position
// does not depend on how many items were requested.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/config/recommend_config.h"

namespace shortlist {

// The positions of a block's candidates, best first; ties keep their order. `scores` and `predictions` have
// one entry per candidate; those that the order does not use may be empty.
//   blend: (1 - share) z(score) + share z(prediction), where z subtracts the block's mean and divides by its
//   standard deviation
std::vector<uint32_t> order_block(std::span<const float> scores, std::span<const float> predictions,
                                  ListOrder order, double share);

// The sort keys of order_block(), higher is better. A candidate's position is the number of higher keys plus
// the number of equal keys before it.
std::vector<double> order_keys(std::span<const float> scores, std::span<const float> predictions,
                               ListOrder order, double share);

}  // namespace shortlist
