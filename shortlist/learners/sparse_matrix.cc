#include "shortlist/learners/sparse_matrix.h"

#include <algorithm>
#include <numeric>

#include "shortlist/math/finite.h"

namespace shortlist {
namespace {

struct Entry {
  int32_t item;
  float value;
};

// Adds up the values of equal items, or keeps the last one. The order of rows is that of the table, whatever
// the split's order is.
void append_row(std::vector<Entry>& row, EntryValue of, SparseMatrix& matrix) {
  const bool add = of == EntryValue::weights;
  std::ranges::stable_sort(row, {}, &Entry::item);
  for (size_t i = 0; i < row.size();) {
    double value = 0;
    const int32_t item = row[i].item;
    for (; i < row.size() && row[i].item == item; ++i) value = (add ? value : 0) + row[i].value;
    if (value == 0 && of != EntryValue::label) continue;
    matrix.columns.push_back(item);
    matrix.values.push_back(static_cast<float>(value));
  }
  matrix.offsets.push_back(static_cast<int64_t>(matrix.columns.size()));
}

template <typename T>
std::vector<T> read(const SafetensorsFile& file, const std::string& name, size_t size) {
  const size_t shape[] = {size};
  const auto values = file.need(name, dtype_of<T>(), shape).template values<T>();
  return {values.begin(), values.end()};
}

}  // namespace

float SparseMatrix::at(size_t row, int32_t column) const {
  const std::span<const int32_t> of = columns_of(row);
  const auto found = std::ranges::lower_bound(of, column);
  if (found == of.end() || *found != column) return 0;
  return values_of(row)[static_cast<size_t>(found - of.begin())];
}

void SparseMatrix::add_row(std::span<const Scored> entries) {
  for (const Scored& entry : entries) {
    columns.push_back(static_cast<int32_t>(entry.index));
    values.push_back(entry.score);
  }
  offsets.push_back(static_cast<int64_t>(columns.size()));
}

SparseMatrix SparseMatrix::transposed() const {
  SparseMatrix result;
  result.cols = rows();
  result.offsets.assign(cols + 1, 0);
  for (int32_t column : columns) ++result.offsets[static_cast<size_t>(column) + 1];
  std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
  std::vector<int64_t> next(result.offsets.begin(), result.offsets.end() - 1);
  result.columns.resize(columns.size());
  result.values.resize(columns.size());
  for (size_t row = 0; row < rows(); ++row) {
    for (auto e = static_cast<size_t>(offsets[row]); e < static_cast<size_t>(offsets[row + 1]); ++e) {
      const auto to = static_cast<size_t>(next[static_cast<size_t>(columns[e])]++);
      result.columns[to] = static_cast<int32_t>(row);
      result.values[to] = values[e];
    }
  }
  return result;
}

size_t SparseMatrix::memory_bytes() const {
  return offsets.size() * sizeof(int64_t) + columns.size() * (sizeof(int32_t) + sizeof(float));
}

SparseMatrix user_items(const Dataset& data, EntryValue value) {
  SHORTLIST_CHECK(!data.user_of_row.empty() || data.rows == 0);
  std::vector<uint32_t> rows = data.split.train;
  std::ranges::sort(rows);
  const LabelColumn* label = value == EntryValue::label ? &data.labels.at(0) : nullptr;
  const std::vector<float>& weights = data.retrieval_weights();
  const size_t users = data.users.size();
  const auto is_used = [&](uint32_t row) {
    return data.user_of_row[row] < users && data.is_positive(row) && (!label || !label->is_missing(row));
  };
  std::vector<size_t> offsets(users + 1);
  for (uint32_t row : rows)
    if (is_used(row)) ++offsets[data.user_of_row[row] + 1];
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  std::vector<Entry> entries(offsets.back());
  std::vector<size_t> next(offsets.begin(), offsets.end() - 1);
  for (uint32_t row : rows) {
    if (!is_used(row)) continue;
    const auto item = static_cast<int32_t>(data.item_of_candidate[data.candidate_of_row[row]]);
    const float weight = weights.empty() ? 1.0f : weights[row];
    entries[next[data.user_of_row[row]]++] = {item, label ? label->values[row] : weight};
  }
  SparseMatrix matrix{.cols = data.items.ids.size()};
  std::vector<Entry> row;
  for (size_t user = 0; user < users; ++user) {
    row.assign(entries.begin() + static_cast<std::ptrdiff_t>(offsets[user]),
               entries.begin() + static_cast<std::ptrdiff_t>(offsets[user + 1]));
    append_row(row, value, matrix);
  }
  if (value == EntryValue::one) std::ranges::fill(matrix.values, 1.0f);
  return matrix;
}

std::vector<TensorView> sparse_tensors(const std::string& name, const SparseMatrix& matrix) {
  const size_t entries = matrix.columns.size();
  return {tensor_view<int64_t>(name + "_offsets", {matrix.offsets.size()}, matrix.offsets),
          tensor_view<int32_t>(name + "_columns", {entries}, matrix.columns),
          tensor_view<float>(name + "_values", {entries}, matrix.values)};
}

SparseMatrix read_sparse(const SafetensorsFile& file, const std::string& name, size_t rows, size_t cols) {
  SparseMatrix matrix{.cols = cols, .offsets = read<int64_t>(file, name + "_offsets", rows + 1)};
  if (matrix.offsets.front() != 0 || !std::ranges::is_sorted(matrix.offsets))
    throw data_error("tensor '{}_offsets': need ascending numbers from 0", name);
  const auto entries = static_cast<size_t>(matrix.offsets.back());
  matrix.columns = read<int32_t>(file, name + "_columns", entries);
  matrix.values = read<float>(file, name + "_values", entries);
  if (!all_finite(matrix.values)) throw data_error("tensor '{}_values' has a value that is not finite", name);
  for (size_t row = 0; row < rows; ++row) {
    int32_t last = -1;
    for (int32_t column : matrix.columns_of(row)) {
      if (column <= last || static_cast<size_t>(column) >= cols)
        throw data_error("tensor '{}_columns': row {} needs ascending numbers below {}", name, row, cols);
      last = column;
    }
  }
  return matrix;
}

}  // namespace shortlist
