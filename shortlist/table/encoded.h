// Rows after the features have been applied: numbers only, the same in training and serving.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace shortlist {

// One feature's values: either bags of ids (for an embedding) or dense numbers, never both.
struct EncodedColumn {
  // Bags: row r has ids [offsets[r], offsets[r + 1]). `offsets` is empty if every row has exactly one id.
  // If `ends` is not empty, row r has ids [offsets[r], ends[r]), and rows may share ids.
  std::vector<int32_t> ids;
  std::vector<uint32_t> offsets, ends;
  std::vector<float> weights;  // one for each of `ids`; empty: all count alike
  // Numbers: row r has values [r * width, (r + 1) * width).
  std::vector<float> values;
  int width = 0;  // numbers per row; 0 for ids

  std::span<const int32_t> bag(size_t row) const {
    if (offsets.empty()) return {&ids[row], 1};
    if (!ends.empty()) return {ids.data() + offsets[row], ends[row] - offsets[row]};
    return {ids.data() + offsets[row], offsets[row + 1] - offsets[row]};
  }
  // The weights of a bag, or nothing if all of its ids count alike.
  std::span<const float> weights_of(size_t row) const {
    if (weights.empty()) return {};
    return {weights.data() + (bag(row).data() - ids.data()), bag(row).size()};
  }
  std::span<const float> numbers(size_t row) const {
    return {values.data() + row * width, static_cast<size_t>(width)};
  }
};

struct EncodedRows {
  size_t rows = 0;
  std::vector<EncodedColumn> columns;  // one per feature, in the tower's order
};

}  // namespace shortlist
