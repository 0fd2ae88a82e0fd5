// What the best of many scores have at least, by a look that is quicker than to find them.
#pragma once

#include <cstddef>
#include <span>

namespace shortlist {

// At least k of the scores are this high, and not many more. -inf where there are few scores, or k is large,
// or fewer than k are numbers.
float least_of_best(std::span<const float> scores, size_t k);

}  // namespace shortlist
