#include "shortlist/learners/sparse_tensors.h"

#include <algorithm>

#include "shortlist/math/finite.h"

namespace shortlist {
namespace {

// The same bytes as signed numbers. A number that was negative is a large one, so it fails the checks of
// read_sparse() and cannot be written.
template <typename Signed, typename Unsigned>
std::span<const Signed> as_signed(const std::vector<Unsigned>& numbers) {
  static_assert(sizeof(Signed) == sizeof(Unsigned));
  return {reinterpret_cast<const Signed*>(numbers.data()), numbers.size()};
}

template <typename Stored, typename T = Stored>
std::vector<T> read(const SafetensorsFile& file, const std::string& name, size_t size) {
  const size_t shape[] = {size};
  const auto values = file.need(name, dtype_of<Stored>(), shape).template values<Stored>();
  return {values.begin(), values.end()};
}

}  // namespace

std::vector<TensorView> sparse_tensors(const std::string& name, const SparseMatrix& matrix) {
  const size_t entries = matrix.columns.size();
  return {
      tensor_view<int64_t>(name + "_offsets", {matrix.offsets.size()}, as_signed<int64_t>(matrix.offsets)),
      tensor_view<int32_t>(name + "_columns", {entries}, as_signed<int32_t>(matrix.columns)),
      tensor_view<float>(name + "_values", {entries}, matrix.values)};
}

SparseMatrix read_sparse(const SafetensorsFile& file, const std::string& name, size_t rows, size_t cols) {
  SparseMatrix matrix{.cols = cols,
                      .offsets = read<int64_t, uint64_t>(file, name + "_offsets", rows + 1),
                      .columns = {},
                      .values = {}};
  if (matrix.offsets.front() != 0 || !std::ranges::is_sorted(matrix.offsets))
    throw data_error("tensor '{}_offsets': need ascending numbers from 0", name);
  matrix.columns = read<int32_t, uint32_t>(file, name + "_columns", matrix.offsets.back());
  matrix.values = read<float>(file, name + "_values", matrix.offsets.back());
  if (!all_finite(matrix.values)) throw data_error("tensor '{}_values' has a value that is not finite", name);
  for (size_t row = 0; row < rows; ++row) {
    uint64_t least = 0;
    for (const uint32_t column : matrix.columns_of(row)) {
      if (column < least || column >= cols)
        throw data_error("tensor '{}_columns': row {} needs ascending numbers below {}", name, row, cols);
      least = uint64_t{column} + 1;
    }
  }
  return matrix;
}

}  // namespace shortlist
