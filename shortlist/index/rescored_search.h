// Exact search by scores that are not exact: of fewer bits, but with a bound on their error. Every candidate
// that the bound does not rule out is scored again from float32, so the answer is that of ExactIndex, to the
// bit.
#pragma once

#include <limits>

#include "shortlist/index/exact_search.h"

namespace shortlist {

// What is known of a query's scores.
struct ScoreError {
  // A score from float32 is about this many times the one that is not exact.
  double unit = 1;
  // Twice the largest error of a score that is not exact, which it may be NaN by, too, if this is infinite.
  float slack = std::numeric_limits<float>::infinity();
};

// The best k for each query. score_tile() fills in the scores that are not exact; errors[q] is query q's.
// `always`, ascending, are scored again whatever their scores, which must be NaN.
std::vector<Found> search_rescored(ConstMatrix queries, ConstMatrix vectors, size_t k, Eligible eligible,
                                   const Deadline& deadline, ScoreTile score_tile,
                                   std::span<const ScoreError> errors, std::span<const uint32_t> always = {});

}  // namespace shortlist
