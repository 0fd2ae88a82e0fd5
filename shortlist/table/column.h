// Values of a table, streamed one chunk of rows at a time.
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
  list,     // elements of any other type
};

// One column of one chunk. Only the vector for `type` is filled, with one entry per row, including missing
// rows.
struct Column {
  ColumnType type = ColumnType::text;
  size_t rows = 0;
  std::vector<uint8_t> missing;  // 1 if the value is NULL; empty if no row is missing
  std::vector<std::string_view> texts;
  std::vector<int64_t> integers;
  std::vector<double> numbers;    // number and time
  std::vector<uint32_t> offsets;  // list: row r has elements [offsets[r], offsets[r + 1]); rows + 1 entries
  std::shared_ptr<Column>
      elements;  // list: the values of all rows, one after another; missing elements are dropped

  bool is_missing(size_t row) const { return !missing.empty() && missing[row] != 0; }
};

struct Chunk {
  uint64_t first_row = 0;  // 0-based position of its first row in the table
  size_t rows = 0;
  std::vector<Column> columns;  // in the order requested; valid until the next chunk is read
};

struct ColumnInfo {
  std::string name;
  ColumnType type;
  std::string sql_type;  // DuckDB's name: VARCHAR, BIGINT, DOUBLE[]
};

}  // namespace shortlist
