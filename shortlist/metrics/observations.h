// The rows for a metric or a baseline, as plain columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shortlist {

// Index of a query, candidate or user without an index. It counts as never seen.
inline constexpr uint32_t unknown_index = 0xffffffff;

// Every column has `rows` entries, or none if the data do not have it. Indices are dense from 0 and mean the
// same in the training and the test rows. The columns are not owned and must outlive this view.
struct Observations {
  size_t rows = 0;
  std::span<const uint32_t> query, candidate;
  std::span<const uint32_t> user;  // empty: no users
  std::span<const float> label;    // empty: no label to predict
  std::span<const float> weight;   // empty: every weight is 1

  double weight_of(size_t row) const { return weight.empty() ? 1.0 : weight[row]; }
};

}  // namespace shortlist
