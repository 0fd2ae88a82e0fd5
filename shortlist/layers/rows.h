// Row slices and copies of matrices, for implementing layers.
#pragma once

#include <algorithm>

#include "shortlist/layers/pass.h"

namespace shortlist {

inline Matrix rows_of(const Matrix& matrix, RowRange rows) { return matrix.slice(rows.begin, rows.end); }
inline ConstMatrix rows_of(const ConstMatrix& matrix, RowRange rows) {
  return matrix.slice(rows.begin, rows.end);
}
inline Operand rows_of(const Operand& operand, RowRange rows) { return operand.slice(rows.begin, rows.end); }
inline Output rows_of(const Output& result, RowRange rows) { return result.slice(rows.begin, rows.end); }

inline void copy(std::span<const float> from, std::span<float> to) {
  std::copy(from.begin(), from.end(), to.begin());
}
inline void copy(const ConstMatrix& from, const Matrix& to) {
  for (size_t r = 0; r < from.rows; ++r) copy(from.row_span(r), to.row_span(r));
}

}  // namespace shortlist
