// A two-dimensional map of embeddings: their projection on the first two principal components.
#pragma once

#include <vector>

#include "shortlist/math/matrix.h"

namespace shortlist {

struct EmbeddingMap {
  std::vector<float> x, y;  // for each row, scaled so that the farthest row is at distance 1 from the centre
  double explained = 0;     // fraction of the variance in the plane, in [0, 1]
};

// Deterministic. If there are many rows, the components are computed from a sample.
EmbeddingMap map_embeddings(ConstMatrix embeddings);

}  // namespace shortlist
