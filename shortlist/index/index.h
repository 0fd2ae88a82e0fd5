// Finds the candidates with the highest scores, i.e. inner products of a query and the candidates' vectors.
// For cosine similarity, pass vectors and queries of length 1.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/math/matrix.h"
#include "shortlist/math/top_k.h"

namespace shortlist {

// One byte per candidate, nonzero if a search may return it. Empty means all candidates.
using Eligible = std::span<const uint8_t>;

struct Found {
  std::vector<Scored> best;  // best first; for equal scores the lower index first
  bool exact = true;         // false if an eligible candidate that belongs in `best` may be missing
};

class Index {
 public:
  virtual ~Index() = default;

  virtual size_t size() const = 0;   // number of candidates
  virtual size_t width() const = 0;  // dimension of a vector
  // The best k eligible candidates of each query (a row), or all of them if fewer are eligible. A score is
  // bit for bit the result of the product (math/product.h). May be called from many threads at once. Throws a
  // data Error for a query that is not finite, and DeadlinePassed.
  virtual std::vector<Found> search(ConstMatrix queries, size_t k, Eligible eligible = {},
                                    const Deadline& deadline = {}) const = 0;
};

// Candidates are numbered from 0 to 2^31 - 1, which leaves searches one bit next to each number.
constexpr size_t kMostCandidates = size_t{1} << 31;

// Throws a data Error if there are more vectors than an index can number, or if one is not finite. The first
// vector is candidate `first`.
void check_candidates(ConstMatrix vectors, size_t first = 0);
void check_candidate_count(size_t count);
// Throws a data Error if a query is not finite. Queries must have the width of the index.
void check_queries(ConstMatrix queries, size_t width);

}  // namespace shortlist
