// What the choice of the best of many scores is made of, each a pass over vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shortlist {

// A quick look at what the best have: at least k of the scores are this high, and not many more. -inf where
// there are few scores, or k is large, or fewer than k are numbers.
float least_of_best(std::span<const float> scores, size_t k);

// Writes the j with scores[j] >= bound to `places`, ascending, and returns how many there are.
size_t find_at_least(std::span<const float> scores, float bound, uint32_t* places);

// Writes keys, which are distinct and at most kFewKeys, to other memory, the greatest first. Its cost grows
// with their square.
constexpr size_t kFewKeys = 128;
void sort_few(std::span<const int64_t> keys, int64_t* sorted);

}  // namespace shortlist
