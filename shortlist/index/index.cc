#include "shortlist/index/index.h"

#include "shortlist/base/error.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

void check_candidate_count(size_t count) {
  if (count > kMostCandidates)
    throw data_error("there are {} items, but an index takes at most {}", count, kMostCandidates);
}

void check_candidates(ConstMatrix vectors, size_t first) {
  check_candidate_count(first + vectors.rows);
  for (size_t r = 0; r < vectors.rows; ++r) {
    if (!all_finite(vectors.row_span(r)))
      throw data_error("the vector of item {} has a number that is not finite", first + r);
  }
}

void check_queries(ConstMatrix queries, size_t width) {
  SHORTLIST_CHECK(queries.cols == width);
  for (size_t q = 0; q < queries.rows; ++q) {
    if (!all_finite(queries.row_span(q)))
      throw data_error("the vector of query {} has a number that is not finite", q);
  }
}

}  // namespace shortlist
