// For tests only: matrices of users and items.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/math/sparse_matrix.h"

namespace shortlist::testing {

// The items of each user, ascending, each with the value 1.
inline SparseMatrix user_rows(size_t items, std::initializer_list<std::vector<uint32_t>> rows) {
  SparseMatrix users{.cols = items};
  for (const std::vector<uint32_t>& row : rows) {
    users.columns.insert(users.columns.end(), row.begin(), row.end());
    users.offsets.push_back(users.columns.size());
  }
  users.values.assign(users.columns.size(), 1.0f);
  return users;
}

// Users who take items at random, the first items more often; with `weighted`, 1 to 4 times each.
inline SparseMatrix random_users(size_t users, size_t items, uint64_t seed, bool weighted = false) {
  const RandomStream draws(seed, "users");
  SparseMatrix matrix{.cols = items};
  for (uint64_t u = 0; u < users; ++u) {
    for (uint64_t i = 0; i < items; ++i) {
      if (draws.uniform(2 * (u * items + i)) > 0.6 / (1.0 + 0.1 * static_cast<double>(i))) continue;
      matrix.columns.push_back(static_cast<uint32_t>(i));
      matrix.values.push_back(weighted ? 1.0f + static_cast<float>(draws.below(2 * (u * items + i) + 1, 4))
                                       : 1.0f);
    }
    matrix.offsets.push_back(matrix.columns.size());
  }
  return matrix;
}

// [users][items]
inline std::vector<std::vector<double>> dense(const SparseMatrix& matrix) {
  std::vector<std::vector<double>> rows(matrix.rows(), std::vector<double>(matrix.cols));
  for (size_t r = 0; r < matrix.rows(); ++r)
    for (size_t e = 0; e < matrix.columns_of(r).size(); ++e)
      rows[r][matrix.columns_of(r)[e]] = matrix.values_of(r)[e];
  return rows;
}

inline bool same_bits(const SparseMatrix& a, const SparseMatrix& b) {
  return a.cols == b.cols && a.offsets == b.offsets && a.columns == b.columns && a.values == b.values;
}

}  // namespace shortlist::testing
