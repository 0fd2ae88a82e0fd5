#include "shortlist/optim/table_rows.h"

#include <algorithm>

namespace shortlist {

void TableRows::see_all() {
  if (!rows_.empty()) return;
  for (size_t r = 0; r < seen_.size(); ++r) seen_[r] = 1, rows_.push_back(static_cast<uint32_t>(r));
}

void TableRows::begin(std::span<const uint32_t> touched) {
  see(touched);
  source_.assign(rows_.size(), 0);
  for (size_t i = 0; i < touched.size(); ++i) source_[place_[touched[i]]] = static_cast<uint32_t>(i) + 1;
}

void TableRows::see(std::span<const uint32_t> touched) {
  const auto before = static_cast<std::ptrdiff_t>(rows_.size());
  for (uint32_t row : touched) {
    if (!seen_[row]) seen_[row] = 1, rows_.push_back(row);
  }
  if (rows_.size() == static_cast<size_t>(before) && !place_.empty()) return;
  std::sort(rows_.begin() + before, rows_.end());
  std::inplace_merge(rows_.begin(), rows_.begin() + before, rows_.end());
  place_.resize(seen_.size());
  for (size_t i = 0; i < rows_.size(); ++i) place_[rows_[i]] = static_cast<uint32_t>(i);
}

void TableRows::restore(FunctionRef<bool(size_t row)> moved) {
  rows_.clear();
  place_.clear();
  for (size_t r = 0; r < seen_.size(); ++r) {
    seen_[r] = moved(r);
    if (seen_[r]) rows_.push_back(static_cast<uint32_t>(r));
  }
}

}  // namespace shortlist
