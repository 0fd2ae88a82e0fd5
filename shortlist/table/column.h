// Values of a table as they stream by, a chunk of rows at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

enum class ColumnType {
  text,     // UTF-8
  integer,  // int64
  number,   // double
  time,     // seconds since 1970-01-01 UTC as a double; dates are midnight
  list,     // of any of the others
};

// One column of one chunk. Only the vector that belongs to `type` is filled, one entry a row, also for
// missing rows.
struct Column {
  ColumnType type = ColumnType::text;
  size_t rows = 0;
  std::vector<uint8_t> missing;  // 1 where the value is NULL; empty when no row is
  std::vector<std::string_view> texts;
  std::vector<int64_t> integers;
  std::vector<double> numbers;    // number and time
  std::vector<uint32_t> offsets;  // list: row r holds elements [offsets[r], offsets[r + 1]); rows + 1 entries
  std::shared_ptr<Column>
      elements;  // list: the values of all rows, one after another; missing elements are dropped

  bool is_missing(size_t row) const { return !missing.empty() && missing[row] != 0; }
};

struct Chunk {
  uint64_t first_row = 0;  // 0-based position of its first row in the table
  size_t rows = 0;
  std::vector<Column> columns;  // in the order that was asked for; valid until the next chunk is read
};

struct ColumnInfo {
  std::string name;
  ColumnType type;
  std::string sql_type;  // as DuckDB names it: VARCHAR, BIGINT, DOUBLE[]
};

}  // namespace shortlist
