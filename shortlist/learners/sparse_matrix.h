// Sparse matrices of float32 in compressed rows, for kinds of model that use only who took what.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/io/safetensors.h"
#include "shortlist/math/top_k.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

struct SparseMatrix {
  size_t cols = 0;
  std::vector<int64_t> offsets = {0};  // row r has the entries [offsets[r], offsets[r + 1])
  std::vector<int32_t> columns;        // ascending within a row
  std::vector<float> values;

  size_t rows() const { return offsets.size() - 1; }
  std::span<const int32_t> columns_of(size_t row) const { return part(columns, row); }
  std::span<const float> values_of(size_t row) const { return part(values, row); }
  // The value in a row and column, 0 if it has none.
  float at(size_t row, int32_t column) const;
  // Adds a row. The entries' indices are its columns, ascending.
  void add_row(std::span<const Scored> entries);
  SparseMatrix transposed() const;
  size_t memory_bytes() const;

 private:
  template <typename T>
  std::span<const T> part(const std::vector<T>& entries, size_t row) const {
    const auto begin = static_cast<size_t>(offsets[row]);
    return std::span(entries).subspan(begin, static_cast<size_t>(offsets[row + 1]) - begin);
  }
};

// What the entry of a user and an item is: 1, the weights of its rows added up, or its last label.
enum class EntryValue { one, weights, label };

// The matrix [users, items] of the positive training rows, in which each user has each item at most once.
// Entries that would be 0 are left out, except for labels. EntryValue::label is that of the first ranking
// task, and rows without it are left out. Requires a user column.
SparseMatrix user_items(const Dataset& data, EntryValue value);

// Tensors NAME_offsets I64 [rows + 1], NAME_columns I32 [entries] and NAME_values F32 [entries]: views of the
// matrix.
std::vector<TensorView> sparse_tensors(const std::string& name, const SparseMatrix& matrix);
// Throws a data Error unless the tensors are a matrix of this size with finite values.
SparseMatrix read_sparse(const SafetensorsFile& file, const std::string& name, size_t rows, size_t cols);

}  // namespace shortlist
