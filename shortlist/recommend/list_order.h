// How retrieval's candidates become a list. Retrieval's best by score are cut into blocks of
// recommend.candidates; the ranking orders each block, and the blocks follow one another. So an item's place
// does not depend on how many items were asked for.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/config/recommend_config.h"

namespace shortlist {

// The positions of a block's candidates, best first; of equal ones the earlier stays first. `scores` and
// `predictions` have one entry for each candidate; what the order does not use may be empty.
//   blend: (1 - share) z(score) + share z(prediction), where z takes the block's mean off and divides by its
//   standard deviation
std::vector<uint32_t> order_block(std::span<const float> scores, std::span<const float> predictions,
                                  ListOrder order, double share);

// What order_block() sorts by, best last: a candidate's place is the number of greater keys, and of equal
// ones before it.
std::vector<double> order_keys(std::span<const float> scores, std::span<const float> predictions,
                               ListOrder order, double share);

}  // namespace shortlist
