// Divides the rows of a batch into parts that are computed apart.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "shortlist/train/row_source.h"

namespace shortlist {

// Rows of the same query are in the same part, so a query is computed once; with `by_list`, rows of the same
// list (RowBlock::list_of_row). Queries are dealt to the parts in order of first appearance, and a part keeps
// the order of the batch. A part may be empty.
class BatchSplit {
 public:
  BatchSplit(const RowBlock& data, size_t parts, bool by_list);

  void split(std::span<const uint32_t> rows);
  std::span<const uint32_t> part(size_t p) const { return parts_[p]; }
  size_t rows() const { return rows_; }
  // The number of queries or lists in the whole batch.
  size_t groups() const { return number_.size(); }

 private:
  uint32_t key(uint32_t row) const;

  const RowBlock data_;
  const bool by_list_;
  size_t rows_ = 0;
  std::vector<std::vector<uint32_t>> parts_;
  std::unordered_map<uint32_t, size_t> number_;
};

}  // namespace shortlist
