#include "shortlist/factors/sparse_rows.h"

namespace shortlist {

SparseTable transpose(const SparseRows& matrix) {
  SparseTable out{.rows = matrix.cols,
                  .cols = matrix.rows,
                  .offsets = std::vector<uint64_t>(matrix.cols + 1),
                  .columns = std::vector<uint32_t>(matrix.entries()),
                  .values = std::vector<float>(matrix.entries())};
  for (const uint32_t column : matrix.columns) ++out.offsets[column + 1];
  for (size_t c = 0; c < matrix.cols; ++c) out.offsets[c + 1] += out.offsets[c];
  std::vector<uint64_t> next(out.offsets.begin(), out.offsets.end() - 1);
  for (size_t row = 0; row < matrix.rows; ++row) {
    for (uint64_t e = matrix.offsets[row]; e < matrix.offsets[row + 1]; ++e) {
      const uint64_t at = next[matrix.columns[e]]++;
      out.columns[at] = static_cast<uint32_t>(row);
      out.values[at] = matrix.values[e];
    }
  }
  return out;
}

}  // namespace shortlist
