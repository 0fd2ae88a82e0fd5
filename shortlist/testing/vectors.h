// For tests only: vectors and brute-force search.
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/index/index.h"

namespace shortlist::testing {

struct Vectors {
  size_t rows, cols;
  std::vector<float> values;
  ConstMatrix view() const { return {values.data(), rows, cols, cols}; }
  std::span<float> row(size_t r) { return {values.data() + r * cols, cols}; }
};

inline Vectors normal_vectors(size_t rows, size_t cols, std::string_view use) {
  const RandomStream random(5, use);
  Vectors vectors{rows, cols, std::vector<float>(rows * cols)};
  for (size_t i = 0; i < vectors.values.size(); ++i) vectors.values[i] = static_cast<float>(random.normal(i));
  return vectors;
}

// Unit vectors around `centres` directions.
inline Vectors clustered_vectors(size_t rows, size_t cols, size_t centres, std::string_view use) {
  const Vectors middle = normal_vectors(centres, cols, "centres");
  const RandomStream random(6, use);
  Vectors vectors = normal_vectors(rows, cols, use);
  for (size_t r = 0; r < rows; ++r) {
    const ConstMatrix all = middle.view();
    const size_t centre = random.below(r, centres);
    double square = 0;
    for (size_t c = 0; c < cols; ++c) {
      float& value = vectors.row(r)[c];
      value = all(centre, c) + 0.5f * value;
      square += value * value;
    }
    for (float& value : vectors.row(r)) value /= static_cast<float>(std::sqrt(square));
  }
  return vectors;
}

// Scores computed like the product's: one fused multiply-add at a time.
inline Found search_slowly(ConstMatrix vectors, std::span<const float> query, size_t k,
                           Eligible eligible = {}) {
  std::vector<Scored> all;
  for (uint32_t i = 0; i < vectors.rows; ++i) {
    if (!eligible.empty() && eligible[i] == 0) continue;
    float score = 0;
    for (size_t c = 0; c < vectors.cols; ++c) score = std::fma(query[c], vectors(i, c), score);
    all.push_back({i, score});
  }
  std::ranges::sort(all, [](const Scored& a, const Scored& b) { return better(a, b); });
  all.resize(std::min(k, all.size()));
  return {.best = std::move(all)};
}

inline std::vector<uint32_t> ids(const Found& found) {
  std::vector<uint32_t> result;
  for (const Scored& s : found.best) result.push_back(s.index);
  return result;
}

// The share of the best k that the index returns.
inline double recall(const Index& index, ConstMatrix vectors, ConstMatrix queries, size_t k,
                     Eligible eligible = {}) {
  const auto found = index.search(queries, k, eligible);
  double hits = 0, all = 0;
  for (size_t q = 0; q < queries.rows; ++q) {
    for (const Scored& best : search_slowly(vectors, queries.row_span(q), k, eligible).best) {
      hits += std::ranges::count(found[q].best, best.index, &Scored::index) > 0;
      ++all;
    }
  }
  return hits / all;
}

}  // namespace shortlist::testing
