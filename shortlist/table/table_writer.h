// Writes a table of typed columns as CSV, TSV, JSON lines or Parquet, row by row in bounded memory.
//
//   TableWriter writer("scores.parquet", {{"name", ColumnType::text}, {"score", ColumnType::number}});
//   writer.text("Cowboy Bebop"), writer.number(0.5);
//   writer.finish();
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/table/column.h"
#include "shortlist/table/row_sink.h"
#include "shortlist/table/table.h"

namespace shortlist {

// The format that a file's ending names: csv, tsv, jsonl or parquet, or one that cannot be written. csv of
// "-", standard output.
std::string format_of_output(const std::string& path);

// The file appears whole, at finish(), or not at all.
class TableWriter {
 public:
  // `format` is csv, tsv, jsonl or parquet; empty: by the path's ending (.csv .tsv .jsonl .ndjson .json
  // .parquet). Path "-" is standard output, as CSV unless `format` says tsv or jsonl.
  // Throws a usage Error for a format that is not known, a failed Error where the path cannot be written.
  TableWriter(const std::string& path, std::vector<OutputColumn> columns, std::string format = "");
  TableWriter(TableWriter&&) noexcept;
  ~TableWriter();

  // The next value of the row, in the columns' order; after the last the row is complete.
  void text(std::string_view value);
  void integer(int64_t value);
  void number(double value);
  void time(double seconds);  // since 1970-01-01 UTC
  void list(std::span<const float> values);
  void missing();

  // All rows of a chunk with the writer's columns. A list column must be of integers or numbers.
  void write(const Chunk& chunk);

  void finish();

 private:
  OwnedColumn& next(ColumnType type);
  void value_done();
  void value(const Column& column, size_t row);

  std::vector<OutputColumn> columns_;
  std::unique_ptr<OwnedChunk> chunk_;
  size_t column_ = 0;  // of the next value
  std::vector<float> list_;
  std::unique_ptr<RowSink> sink_;
};

// Writes a whole table to a file, as TableWriter does, and returns the rows. Parquet and JSON get numbers,
// and Parquet times, of a text file's column whose every text such a value would be written as; 0107 and 1.10
// stay texts. `written` is told how many there are so far, and may throw to stop.
uint64_t write_table(const Table& table, const std::string& path,
                     const std::function<void(uint64_t rows)>& written = {});

}  // namespace shortlist
