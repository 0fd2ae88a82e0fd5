// The rows of a table that an optimizer updates in each step, and where their gradients are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/base/function_ref.h"

namespace shortlist {

// Without track(): the rows that the batch touches. With it, all that any batch has touched so far,
// ascending.
class TableRows {
 public:
  void track(size_t table_rows) { seen_.resize(table_rows); }
  bool tracked() const { return !seen_.empty(); }

  // Makes all rows of the table touched.
  void see_all();
  // Begins a step that touches these rows.
  void begin(std::span<const uint32_t> touched);
  // Forgets which rows were touched, and takes those for which `moved` returns true.
  void restore(FunctionRef<bool(size_t row)> moved);

  // Tracked tables only.
  std::span<const uint32_t> rows() const { return rows_; }
  // Per entry of rows(): its index in the batch's gradient + 1, or 0.
  std::span<const uint32_t> source() const { return source_; }

 private:
  void see(std::span<const uint32_t> touched);

  std::vector<uint8_t> seen_;  // per table row: whether it has ever been touched
  std::vector<uint32_t> rows_, source_;
  std::vector<uint32_t> place_;  // per table row: its index in rows_
};

}  // namespace shortlist
