// For tests only: sparse matrices of users x items.
#pragma once

#include "shortlist/base/random.h"
#include "shortlist/factors/factor_kernels.h"
#include "shortlist/math/sparse_matrix.h"

namespace shortlist {

// Each entry exists with probability `share` and has the value 1, 2 or 3.
inline SparseMatrix random_table(size_t rows, size_t cols, double share, uint64_t seed = 3) {
  SparseMatrix table{.cols = cols};
  const RandomStream draws(seed, "factors test");
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < cols; ++c) {
      const uint64_t at = r * cols + c;
      if (draws.uniform(2 * at) >= share) continue;
      table.columns.push_back(static_cast<uint32_t>(c));
      table.values.push_back(static_cast<float>(1 + draws.below(2 * at + 1, 3)));
    }
    table.offsets.push_back(table.columns.size());
  }
  return table;
}

// Users with even numbers take half of the even items, the others half of the odd ones.
inline SparseMatrix two_tastes(size_t users, size_t items) {
  SparseMatrix table{.cols = items};
  const RandomStream draws(3, "tastes");
  for (size_t u = 0; u < users; ++u) {
    for (size_t i = u % 2; i < items; i += 2) {
      if (draws.uniform(u * items + i) < 0.5) table.columns.push_back(static_cast<uint32_t>(i));
    }
    table.offsets.push_back(table.columns.size());
  }
  table.values.assign(table.columns.size(), 1.0f);
  return table;
}

}  // namespace shortlist
