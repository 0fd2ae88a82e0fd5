// The rows that a metric or a baseline looks at, as plain columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shortlist {

// Stands for a query, candidate or user that has no index: it counts as never seen.
inline constexpr uint32_t unknown_index = 0xffffffff;

// Every column has `rows` entries, or none where the data do not have it. Indices are dense from 0 and mean
// the same in the train rows and in the test rows; what is not owned must outlive this view.
struct Observations {
  size_t rows = 0;
  std::span<const uint32_t> query, candidate;
  std::span<const uint32_t> user;  // empty: there is no user
  std::span<const float> label;    // empty: there is nothing to predict
  std::span<const float> weight;   // empty: every row weighs 1

  double weight_of(size_t row) const { return weight.empty() ? 1.0 : weight[row]; }
};

}  // namespace shortlist
