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

// The format for a file name's extension: csv, tsv, jsonl, parquet, or an extension that cannot be written.
// csv for "-", which is standard output.
std::string format_of_output(const std::string& path);

// The file appears complete in finish(), or not at all.
class TableWriter {
 public:
  // `format` is csv, tsv, jsonl or parquet; if empty, it is chosen by the path's extension (.csv .tsv .jsonl
  // .ndjson .json .parquet). Path "-" means standard output, as CSV unless `format` is tsv or jsonl. Throws a
  // usage Error for an unknown format, and a failed Error if the path cannot be written.
  TableWriter(const std::string& path, std::vector<OutputColumn> columns, std::string format = "");
  TableWriter(TableWriter&&) noexcept;
  ~TableWriter();

  // Appends the row's next value, in the columns' order; the last one completes the row.
  void text(std::string_view value);
  void integer(int64_t value);
  void number(double value);
  void time(double seconds);  // since 1970-01-01 UTC
  void list(std::span<const float> values);
  void missing();

  // Writes all rows of a chunk that has the writer's columns. A list column must contain integers or numbers.
  void write(const Chunk& chunk);

  void finish();

 private:
  OwnedColumn& next(ColumnType type);
  void value_done();
  void value(const Column& column, size_t row);

  std::vector<OutputColumn> columns_;
  std::unique_ptr<OwnedChunk> chunk_;
  size_t column_ = 0;  // index of the next value
  std::vector<float> list_;
  std::unique_ptr<RowSink> sink_;
};

// Writes a whole table to a file, as TableWriter does, and returns the number of rows. In JSON and Parquet, a
// column of a text file is written as numbers (in Parquet also as times) if writing these gives back every
// text; 0107 and 1.10 stay texts. `written` receives the number of rows so far and may throw to stop.
uint64_t write_table(const Table& table, const std::string& path,
                     const std::function<void(uint64_t rows)>& written = {});

}  // namespace shortlist
