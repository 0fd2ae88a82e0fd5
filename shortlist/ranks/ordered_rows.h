// Sums of the gradients of tables over the parts of a batch. Each part touches some rows of a table, and only
// these travel, each once per rank.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "shortlist/ranks/communicator.h"
#include "shortlist/ranks/part_tree.h"

namespace shortlist {

// Some rows of a table, ascending, and a value for each: [rows, width].
struct TableGradient {
  size_t width = 0;
  std::vector<uint32_t> rows;
  std::vector<float> values;

  // Takes rows in any order, each at most once. `row_values` returns the values of the i-th.
  template <typename Values>
  void assign(std::span<const uint32_t> touched, size_t cols, Values row_values);
  void add(const TableGradient& more);
};

// The gradients of several tables by one part of the batch.
using TableGradients = std::vector<TableGradient>;

// Adds up the gradients of all parts: own[i] is that of this rank's part number i. Every rank gets the sum.
// `parts` is a power of two and at least the number of ranks. The bits do not depend on the number of ranks.
TableGradients sum_tables_in_order(Communicator& ranks, size_t parts, std::vector<TableGradients> own);

template <typename Values>
void TableGradient::assign(std::span<const uint32_t> touched, size_t cols, Values row_values) {
  std::vector<std::pair<uint32_t, uint32_t>> order;
  for (size_t i = 0; i < touched.size(); ++i) order.emplace_back(touched[i], static_cast<uint32_t>(i));
  std::sort(order.begin(), order.end());
  width = cols;
  rows.clear();
  values.clear();
  for (const auto& [row, place] : order) {
    const std::span<const float> own = row_values(place);
    rows.push_back(row);
    values.insert(values.end(), own.begin(), own.end());
  }
}

}  // namespace shortlist
