// Sparse matrices of float32 in compressed rows, such as users × items.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/math/top_k.h"

namespace shortlist {

// A view. Row r has the entries [offsets[r], offsets[r + 1]), with ascending columns.
struct SparseRows {
  size_t rows = 0, cols = 0;
  std::span<const uint64_t> offsets;  // [rows + 1]
  std::span<const uint32_t> columns;  // each < cols
  std::span<const float> values;

  size_t entries() const { return columns.size(); }
  size_t size_of(size_t row) const { return offsets[row + 1] - offsets[row]; }
  std::span<const uint32_t> columns_of(size_t row) const {
    return columns.subspan(offsets[row], size_of(row));
  }
  std::span<const float> values_of(size_t row) const { return values.subspan(offsets[row], size_of(row)); }
};

// Owns one.
struct SparseMatrix {
  size_t cols = 0;
  std::vector<uint64_t> offsets = {0};
  std::vector<uint32_t> columns;
  std::vector<float> values;

  SparseRows view() const { return {rows(), cols, offsets, columns, values}; }
  size_t rows() const { return offsets.size() - 1; }
  std::span<const uint32_t> columns_of(size_t row) const { return view().columns_of(row); }
  std::span<const float> values_of(size_t row) const { return view().values_of(row); }
  // The value in a row and column, 0 if it has none.
  float at(size_t row, uint32_t column) const;
  // Adds a row. The entries' indices are its columns, ascending.
  void add_row(std::span<const Scored> entries);
  size_t memory_bytes() const;
};

// Columns become rows. Entries of a new row keep the order of the old rows.
SparseMatrix transpose(const SparseRows& matrix);

}  // namespace shortlist
