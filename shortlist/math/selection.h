// Vectorised steps for selecting the best of many scores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shortlist {

// A quick lower bound on the best scores: at least k of the scores are >= the result, and not many more.
// Returns -inf if there are few scores, if k is large, or if fewer than k scores are not NaN.
float least_of_best(std::span<const float> scores, size_t k);

// Writes every j with scores[j] >= bound to `places`, in ascending order, and returns their number.
size_t find_at_least(std::span<const float> scores, float bound, uint32_t* places);

// Writes keys, which must be distinct and at most kFewKeys, to another buffer in descending order. Takes
// quadratic time.
constexpr size_t kFewKeys = 128;
void sort_few(std::span<const int64_t> keys, int64_t* sorted);

}  // namespace shortlist
