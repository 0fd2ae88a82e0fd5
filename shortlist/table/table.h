// Any table: CSV, TSV, Parquet, JSON, JSON lines, compressed or not, one file or a glob, or an SQL query.
// Read by DuckDB, whose library is opened when the first table is.
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

// Reads files with DuckDB.
class Table {
 public:
  // Throws a data Error if the source is missing, unreadable or has no columns.
  static Table open(const TableSource& source);
  Table(Table&&) noexcept;
  Table& operator=(Table&&) noexcept;
  ~Table();

  const std::vector<ColumnInfo>& columns() const;
  // The column's position. Throws a data Error that names the nearest existing column if there is none.
  size_t column(std::string_view name) const;
  bool has_column(std::string_view name) const;
  const TableSource& source() const;
  // Notes for the user about how the file was read: whether its first line is taken as column names.
  const std::vector<std::string>& notes() const;

  // Streams the named columns, in the table's row order, in chunks of at most a few thousand rows; never
  // loads the whole text into memory. `consume` may throw to stop. Invalid values throw a data Error with the
  // file, row, column and value. Chunk boundaries have no meaning and may differ between runs.
  void read(std::span<const ColumnRequest> requests, const std::function<void(const Chunk&)>& consume) const;
  // The same, with ReadAs::stored for all columns.
  void read(std::span<const std::string> names, const std::function<void(const Chunk&)>& consume) const;

  // Runs a SELECT in which {table} is replaced by this table: "SELECT min(x) FROM {table}".
  void query(const std::string& select, const std::function<void(const Chunk&)>& consume) const;

  // Counts the rows. Reads a text file completely.
  uint64_t rows() const;

 private:
  struct State;
  explicit Table(std::unique_ptr<State> state);
  // The text after FROM in a SELECT of these columns.
  std::string from(std::span<const ColumnRequest> requests) const;
  std::unique_ptr<State> state_;
};

}  // namespace shortlist
