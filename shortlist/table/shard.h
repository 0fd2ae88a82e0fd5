// A shard of a table: its rows are divided into contiguous ranges by their position in the whole table, so
// that the division depends only on the number of rows and of shards.
#pragma once

#include <cstdint>
#include <string>

namespace shortlist {

// The rows [begin, end) of a table.
struct TableRange {
  static constexpr uint64_t kAll = UINT64_MAX;
  uint64_t begin = 0, end = kAll;

  uint64_t size() const { return end - begin; }
};

// Shard `index` of `count`, counted from 0, as ranks and the indexes of array jobs are.
struct Shard {
  uint64_t index = 0, count = 1;

  // Reads "3/8". Throws a usage Error.
  static Shard parse(const std::string& text);
  std::string text() const;
  // The shard's rows of a table of `rows` rows. Sizes differ by at most one; a shard may be empty.
  TableRange of(uint64_t rows) const;
};

}  // namespace shortlist
