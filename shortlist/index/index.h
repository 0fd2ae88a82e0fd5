// Finds the candidates with the highest scores, the inner products of a query and the candidates' vectors.
// For cosine, give vectors and queries of length 1.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/math/matrix.h"
#include "shortlist/math/top_k.h"

namespace shortlist {

// A byte for each candidate, not 0 where a search may return it; empty: all of them.
using Eligible = std::span<const uint8_t>;

struct Found {
  std::vector<Scored> best;  // best first, of equal scores the lower index first
  bool exact = true;         // whether no eligible candidate that is not here would stand among them
};

class Index {
 public:
  virtual ~Index() = default;

  virtual size_t size() const = 0;   // candidates
  virtual size_t width() const = 0;  // of a vector
  // The best k eligible candidates of each query (a row): k of them wherever k are eligible. A score is what
  // the product (math/product.h) gives, to the bit. May be called from many threads at once. Throws a data
  // Error for a query that is not finite, and DeadlinePassed.
  virtual std::vector<Found> search(ConstMatrix queries, size_t k, Eligible eligible = {},
                                    const Deadline& deadline = {}) const = 0;
};

// Candidates are numbered from 0 to 2^31 - 1, which leaves a search a bit beside each number.
constexpr size_t kMostCandidates = size_t{1} << 31;

// Throws a data Error if the vectors, the first of which is candidate `first`, are more than an index can
// number, or if one is not finite.
void check_candidates(ConstMatrix vectors, size_t first = 0);
void check_candidate_count(size_t count);
// Throws a data Error if a query is not finite. Their width must be the index's.
void check_queries(ConstMatrix queries, size_t width);

}  // namespace shortlist
