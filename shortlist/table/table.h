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
#include "shortlist/table/column_request.h"
#include "shortlist/table/table_source.h"

namespace shortlist {

// Reads files by DuckDB.
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
  // What a person should know about how the file was taken: whether its first line names the columns.
  const std::vector<std::string>& notes() const;

  // Streams the named columns, in the table's row order, in chunks of at most a few thousand rows; never the
  // whole text in memory. `consume` may throw to stop. Invalid values throw a data Error with file, row,
  // column and value.
  // Where one chunk ends and the next begins means nothing and may differ from run to run.
  void read(std::span<const ColumnRequest> requests, const std::function<void(const Chunk&)>& consume) const;
  // The same, all as ReadAs::stored.
  void read(std::span<const std::string> names, const std::function<void(const Chunk&)>& consume) const;

  // Runs a SELECT in which {table} stands for this table: "SELECT min(x) FROM {table}".
  void query(const std::string& select, const std::function<void(const Chunk&)>& consume) const;

  // Counts the rows; reads a text file through.
  uint64_t rows() const;

 private:
  struct State;
  explicit Table(std::unique_ptr<State> state);
  // What stands after FROM in a SELECT of these.
  std::string from(std::span<const ColumnRequest> requests) const;
  std::unique_ptr<State> state_;
};

}  // namespace shortlist
