#include "shortlist/ranks/ordered_rows.h"

#include "shortlist/base/error.h"
#include "shortlist/ranks/byte_lists.h"

namespace shortlist {
namespace {

void add_all(TableGradients& left, const TableGradients& right) {
  for (size_t t = 0; t < left.size(); ++t) left[t].add(right[t]);
}

void append(const TableGradient& table, ByteVector& to) {
  const uint64_t count = table.rows.size();
  append_list(std::span(&count, 1), to);
  append_list(std::span<const uint32_t>(table.rows), to);
  append_list(std::span<const float>(table.values), to);
}

// Reads what append() has written.
TableGradient take_table(std::span<const std::byte>& from, size_t width) {
  TableGradient table{.width = width};
  uint64_t count = 0;
  take_list(from, std::span(&count, 1));
  SHORTLIST_CHECK(count <= from.size());
  table.rows.resize(count);
  table.values.resize(count * width);
  take_list(from, std::span(table.rows));
  take_list(from, std::span(table.values));
  return table;
}

}  // namespace

void TableGradient::add(const TableGradient& more) {
  TableGradient sum{.width = width};
  size_t i = 0, j = 0;
  const auto copy = [&](const TableGradient& from, size_t at) {
    sum.rows.push_back(from.rows[at]);
    const auto begin = from.values.begin() + static_cast<std::ptrdiff_t>(at * width);
    sum.values.insert(sum.values.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
  };
  while (i < rows.size() || j < more.rows.size()) {
    if (j == more.rows.size() || (i < rows.size() && rows[i] < more.rows[j])) {
      copy(*this, i++);
    } else if (i == rows.size() || more.rows[j] < rows[i]) {
      copy(more, j++);
    } else {
      copy(*this, i++);
      float* to = sum.values.data() + sum.values.size() - width;
      for (size_t c = 0; c < width; ++c) to[c] += more.values[j * width + c];
      ++j;
    }
  }
  *this = std::move(sum);
}

TableGradients sum_tables_in_order(Communicator& ranks, size_t parts, std::vector<TableGradients> own) {
  const PartRange range = parts_of_rank(parts, ranks.rank(), ranks.size());
  SHORTLIST_CHECK(own.size() == range.size() && !own.empty());
  std::vector<size_t> widths;
  for (const TableGradient& table : own[0]) widths.push_back(table.width);
  std::vector<PartSum<TableGradients>> sums;
  for (size_t i = 0; i < own.size(); ++i) sums.push_back({{0, range.first + i}, std::move(own[i])});
  fold(sums, add_all);
  if (ranks.size() == 1) return std::move(sums[0].values);
  ByteVector bytes;
  for (const PartSum<TableGradients>& sum : sums) {
    for (const TableGradient& table : sum.values) append(table, bytes);
  }
  const std::vector<ByteVector> received = ranks.all_gather(bytes);
  std::vector<PartSum<TableGradients>> all;
  for (int r = 0; r < ranks.size(); ++r) {
    std::span<const std::byte> left(received[static_cast<size_t>(r)]);
    for (const PartNode& node : whole_subtrees(parts_of_rank(parts, r, ranks.size()))) {
      TableGradients& tables = all.emplace_back(PartSum<TableGradients>{node, {}}).values;
      for (const size_t width : widths) tables.push_back(take_table(left, width));
    }
  }
  fold(all, add_all);
  return std::move(all[0].values);
}

}  // namespace shortlist
