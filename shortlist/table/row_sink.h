// Where a TableWriter's rows go: one sink a format.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shortlist/table/column.h"

namespace shortlist {

struct OutputColumn {
  std::string name;
  ColumnType type = ColumnType::text;  // a list holds float numbers
  bool raw = false;      // JSON: its texts are JSON themselves, such as numbers, and stand without quotes
  std::string sql_type;  // Parquet: what the column's texts are turned into; empty: it is stored as its type
};

// One column of rows on their way out, as in Column but with values of its own.
struct OwnedColumn {
  std::vector<uint8_t> missing;  // one a row; a missing row has an empty value too
  std::vector<std::string> texts;
  std::vector<int64_t> integers;
  std::vector<double> numbers;    // number and time
  std::vector<uint32_t> offsets;  // list: row r holds elements [offsets[r], offsets[r + 1])
  std::vector<float> elements;
};

struct OwnedChunk {
  static constexpr size_t kMostRows = 2048;  // as many as DuckDB takes at once
  size_t rows = 0;
  std::vector<OwnedColumn> columns;
};

class RowSink {
 public:
  virtual ~RowSink() = default;  // without finish(): leaves nothing behind
  // Both throw a failed Error when the rows cannot be written.
  virtual void write(std::unique_ptr<OwnedChunk> chunk) = 0;
  virtual void finish() = 0;
};

// `path` "-" is standard output. The others write beside `path` and rename at finish().
std::unique_ptr<RowSink> open_csv_sink(const std::string& path, std::vector<OutputColumn> columns,
                                       char delimiter);
std::unique_ptr<RowSink> open_json_lines_sink(const std::string& path, std::vector<OutputColumn> columns);
std::unique_ptr<RowSink> open_parquet_sink(const std::string& path, std::vector<OutputColumn> columns);

}  // namespace shortlist
