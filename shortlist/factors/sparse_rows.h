// A sparse matrix of users x items (or items x users) in compressed rows, the input of every factorisation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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
struct SparseTable {
  size_t rows = 0, cols = 0;
  std::vector<uint64_t> offsets;
  std::vector<uint32_t> columns;
  std::vector<float> values;

  SparseRows view() const { return {rows, cols, offsets, columns, values}; }
};

// Columns become rows. Entries of a new row keep the order of the old rows.
SparseTable transpose(const SparseRows& matrix);

}  // namespace shortlist
