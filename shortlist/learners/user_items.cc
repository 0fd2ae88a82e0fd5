#include "shortlist/learners/user_items.h"

#include <algorithm>
#include <numeric>

namespace shortlist {
namespace {

struct Entry {
  uint32_t item;
  float value;
};

// Adds up the values of equal items, or keeps the last one. The order of rows is that of the table, whatever
// the split's order is.
void append_row(std::vector<Entry>& row, EntryValue of, SparseMatrix& matrix) {
  const bool add = of == EntryValue::weights;
  std::ranges::stable_sort(row, {}, &Entry::item);
  for (size_t i = 0; i < row.size();) {
    double value = 0;
    const uint32_t item = row[i].item;
    for (; i < row.size() && row[i].item == item; ++i) value = (add ? value : 0) + row[i].value;
    if (value == 0 && of != EntryValue::label) continue;
    matrix.columns.push_back(item);
    matrix.values.push_back(static_cast<float>(value));
  }
  matrix.offsets.push_back(matrix.columns.size());
}

}  // namespace

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
    const uint32_t item = data.item_of_candidate[data.candidate_of_row[row]];
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

}  // namespace shortlist
