#include "shortlist/train/batch_split.h"

namespace shortlist {

BatchSplit::BatchSplit(const RowBlock& data, size_t parts, bool by_list)
    : data_(data), by_list_(by_list && !data.list_of_row.empty()), parts_(parts) {}

uint32_t BatchSplit::key(uint32_t row) const {
  return by_list_ ? data_.list_of_row[row] : data_.pair_query[data_.pair_of_row[row]];
}

void BatchSplit::split(std::span<const uint32_t> rows) {
  rows_ = rows.size();
  number_.clear();
  for (std::vector<uint32_t>& part : parts_) part.clear();
  for (const uint32_t row : rows) {
    const size_t number = number_.try_emplace(key(row), number_.size()).first->second;
    parts_[number % parts_.size()].push_back(row);
  }
}

}  // namespace shortlist
