// Exact search by approximate scores, of fewer bits but with a bound on their error. Every candidate that the
// bound does not rule out is scored again in float32, so the result is bit for bit that of ExactIndex.
#pragma once

#include <limits>

#include "shortlist/index/exact_search.h"

namespace shortlist {

// The accuracy of a query's approximate scores.
struct ScoreError {
  // A float32 score is about this many times the approximate score.
  double unit = 1;
  // Twice the largest error of an approximate score. If infinite, approximate scores may also be NaN.
  float slack = std::numeric_limits<float>::infinity();
};

// The best k for each query. score_tile() fills in the approximate scores; errors[q] is the accuracy of query
// q. The candidates in `always`, ascending, are always scored again; their approximate scores must be NaN.
std::vector<Found> search_rescored(ConstMatrix queries, ConstMatrix vectors, size_t k, Eligible eligible,
                                   const Deadline& deadline, ScoreTile score_tile,
                                   std::span<const ScoreError> errors, std::span<const uint32_t> always = {});

}  // namespace shortlist
