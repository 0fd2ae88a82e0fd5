// Scores of queries with several vectors: the vector with the highest score counts, for each candidate.
#pragma once

#include <cstdint>
#include <vector>

#include "shortlist/math/matrix.h"

namespace shortlist {

// scores[U vectors, V] has the rows of a query's vectors one after another. The first becomes the highest of
// them, and best[u V + j] is the first vector that has it.
void keep_best_vectors(Matrix scores, size_t vectors, std::vector<uint16_t>& best);
// Spreads the first row of each query, a gradient by its highest scores, to the rows of the vectors that have
// them.
void spread_to_best_vectors(Matrix scores, size_t vectors, const std::vector<uint16_t>& best);

}  // namespace shortlist
