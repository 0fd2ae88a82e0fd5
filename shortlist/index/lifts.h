// An extra element for each vector that makes all vectors as long as the longest. Then the nearest vectors
// have the highest inner products, and a graph that links near vectors leads to them. The extra element of a
// query is 0, so searches do not need it. After Bachrach et al. 2014, "Speeding up the Xbox recommender
// system using a Euclidean transformation for inner-product spaces".
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "shortlist/math/matrix.h"

namespace shortlist {

class Lifts {
 public:
  // Takes vectors[n, width], the first of which may have been taken before. Lifts are expressed in multiples
  // of `unit`.
  void take(ConstMatrix vectors, float unit) {
    const float longest = longest_;
    for (size_t r = squares_.size(); r < vectors.rows; ++r) {
      float square = 0;
      for (float v : vectors.row_span(r)) square += v * v;
      squares_.push_back(square);
      longest_ = std::max(longest_, square);
    }
    if (longest_ != longest || unit != unit_) lifts_.clear();
    unit_ = unit;
    for (size_t r = lifts_.size(); r < squares_.size(); ++r)
      lifts_.push_back(std::sqrt(longest_ - squares_[r]) / unit);
  }

  float operator[](size_t i) const { return lifts_[i]; }

 private:
  float longest_ = 0, unit_ = 0;
  std::vector<float> squares_, lifts_;  // |v|² of each vector, and its extra element
};

}  // namespace shortlist
