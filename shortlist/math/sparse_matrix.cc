#include "shortlist/math/sparse_matrix.h"

#include <algorithm>
#include <numeric>

namespace shortlist {

float SparseMatrix::at(size_t row, uint32_t column) const {
  const std::span<const uint32_t> of = columns_of(row);
  const auto found = std::ranges::lower_bound(of, column);
  if (found == of.end() || *found != column) return 0;
  return values_of(row)[static_cast<size_t>(found - of.begin())];
}

void SparseMatrix::add_row(std::span<const Scored> entries) {
  for (const Scored& entry : entries) {
    columns.push_back(entry.index);
    values.push_back(entry.score);
  }
  offsets.push_back(columns.size());
}

size_t SparseMatrix::memory_bytes() const {
  return offsets.size() * sizeof(uint64_t) + columns.size() * (sizeof(uint32_t) + sizeof(float));
}

SparseMatrix transpose(const SparseRows& matrix) {
  SparseMatrix result{.cols = matrix.rows,
                      .offsets = std::vector<uint64_t>(matrix.cols + 1),
                      .columns = std::vector<uint32_t>(matrix.entries()),
                      .values = std::vector<float>(matrix.entries())};
  for (const uint32_t column : matrix.columns) ++result.offsets[column + 1];
  std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
  std::vector<uint64_t> next(result.offsets.begin(), result.offsets.end() - 1);
  for (size_t row = 0; row < matrix.rows; ++row) {
    for (uint64_t e = matrix.offsets[row]; e < matrix.offsets[row + 1]; ++e) {
      const uint64_t at = next[matrix.columns[e]]++;
      result.columns[at] = static_cast<uint32_t>(row);
      result.values[at] = matrix.values[e];
    }
  }
  return result;
}

}  // namespace shortlist
