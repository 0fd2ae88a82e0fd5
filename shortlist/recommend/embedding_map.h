// A map of embeddings in two dimensions: their projection on the plane in which they differ most, the first
// two principal components.
#pragma once

#include <vector>

#include "shortlist/math/matrix.h"

namespace shortlist {

struct EmbeddingMap {
  std::vector<float> x, y;  // of each row; the farthest from the middle is at distance 1
  double explained = 0;     // share of the variance that the plane shows, in [0, 1]
};

// The same for the same rows. Of many rows the plane is found from a sample.
EmbeddingMap map_embeddings(ConstMatrix embeddings);

}  // namespace shortlist
