#include "shortlist/losses/query_vectors.h"

namespace shortlist {

void keep_best_vectors(Matrix scores, size_t vectors, std::vector<uint16_t>& best) {
  const size_t queries = scores.rows / vectors;
  best.assign(queries * scores.cols, 0);
  for (size_t u = 0; u < queries; ++u) {
    float* highest = scores.row(u * vectors);
    uint16_t* of_query = best.data() + u * scores.cols;
    for (size_t i = 1; i < vectors; ++i) {
      const float* score = scores.row(u * vectors + i);
      for (size_t j = 0; j < scores.cols; ++j) {
        if (score[j] <= highest[j]) continue;
        highest[j] = score[j];
        of_query[j] = static_cast<uint16_t>(i);
      }
    }
  }
}

void spread_to_best_vectors(Matrix scores, size_t vectors, const std::vector<uint16_t>& best) {
  for (size_t u = 0; u < scores.rows / vectors; ++u) {
    float* first = scores.row(u * vectors);
    const uint16_t* of_query = best.data() + u * scores.cols;
    for (size_t i = vectors; i-- > 0;) {
      float* row = scores.row(u * vectors + i);
      for (size_t j = 0; j < scores.cols; ++j) row[j] = of_query[j] == i ? first[j] : 0;
    }
  }
}

}  // namespace shortlist
