// The destination of a TableWriter's rows: one sink per format.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shortlist/table/column.h"

namespace shortlist {

struct OutputColumn {
  std::string name;
  ColumnType type = ColumnType::text;  // list elements are floats
  bool raw = false;      // JSON: its texts are JSON, such as numbers, and are written without quotes
  std::string sql_type;  // Parquet: the type to which texts are cast; empty: the column's own type
};

// One column of rows to write. Like Column, but owns its values.
struct OwnedColumn {
  std::vector<uint8_t> missing;  // one per row; a missing row also has an empty value
  std::vector<std::string> texts;
  std::vector<int64_t> integers;
  std::vector<double> numbers;    // number and time
  std::vector<uint32_t> offsets;  // list: row r has elements [offsets[r], offsets[r + 1])
  std::vector<float> elements;
};

struct OwnedChunk {
  static constexpr size_t kMostRows = 2048;  // the size of a DuckDB chunk
  size_t rows = 0;
  std::vector<OwnedColumn> columns;
};

class RowSink {
 public:
  virtual ~RowSink() = default;  // without finish(): removes what was written
  // Both throw a failed Error if the rows cannot be written.
  virtual void write(std::unique_ptr<OwnedChunk> chunk) = 0;
  virtual void finish() = 0;
};

// `path` "-" means standard output. The other sinks write to a temporary file next to `path` and rename it in
// finish().
std::unique_ptr<RowSink> open_csv_sink(const std::string& path, std::vector<OutputColumn> columns,
                                       char delimiter);
std::unique_ptr<RowSink> open_json_lines_sink(const std::string& path, std::vector<OutputColumn> columns);
std::unique_ptr<RowSink> open_parquet_sink(const std::string& path, std::vector<OutputColumn> columns);

}  // namespace shortlist
