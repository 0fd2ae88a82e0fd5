// Any table: CSV, TSV, Parquet, JSON, JSON lines, compressed or not, one file or a glob, or an SQL query.
// Read by DuckDB, whose library is opened at the first table.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/table/column.h"

namespace shortlist {

// Where a table comes from. Exactly one of `path` and `sql` is set.
struct TableSource {
  std::string path;  // a file or glob; its ending tells the format (.csv .tsv .txt .data .dat .parquet .json
                     // .jsonl .ndjson, .gz .zst)
  std::string sql;   // SELECT ...; "{data}" in it stands for `data`
  std::string data;  // replaces "{data}" in `sql`
  // Text files only; what is not set is found out.
  std::string delimiter;
  std::optional<bool> header;
  std::vector<std::string> columns;  // names for a file without a header
  std::string encoding;              // "latin-1", "utf-16"; else UTF-8

  std::string describe() const;  // for messages: the path, or "the query"
};

class Table {
 public:
  // Throws a data Error for what is missing, unreadable or empty of columns.
  static Table open(const TableSource& source);
  Table(Table&&) noexcept;
  Table& operator=(Table&&) noexcept;
  ~Table();

  const std::vector<ColumnInfo>& columns() const;
  // The column's position, or a data Error that names the nearest column there is.
  size_t column(std::string_view name) const;
  bool has_column(std::string_view name) const;
  const TableSource& source() const;

  // Streams the named columns, in the table's row order, in chunks of at most a few thousand rows; never the
  // whole text in memory. `consume` may throw to stop. Invalid values throw a data Error with file, row,
  // column and value.
  // Where one chunk ends and the next begins means nothing and may differ from run to run.
  void read(std::span<const std::string> names, const std::function<void(const Chunk&)>& consume) const;

  // Runs a SELECT in which {table} stands for this table: "SELECT min(x) FROM {table}".
  void query(const std::string& select, const std::function<void(const Chunk&)>& consume) const;

  // Counts the rows; reads a text file through.
  uint64_t rows() const;

 private:
  struct State;
  explicit Table(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace shortlist
