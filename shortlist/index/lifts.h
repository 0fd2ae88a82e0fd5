// One more number to a vector that makes all as long as the longest: then the nearest have the highest inner
// products, and a graph of near vectors leads to them. A query's is 0, so searches need none of it. After
// Bachrach et al. 2014, "Speeding up the Xbox recommender system using a Euclidean transformation for
// inner-product spaces".
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "shortlist/math/matrix.h"

namespace shortlist {

class Lifts {
 public:
  // Takes vectors[n, width], of which the first may have been taken before, with the same unit: a lift is in
  // units of this many.
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
  std::vector<float> squares_, lifts_;  // |v|² of each vector, and what it lacks
};

}  // namespace shortlist
