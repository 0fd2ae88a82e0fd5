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
  std::string path;  // a file, a glob or a folder of files of one format; the ending tells the format (.csv
                     // .tsv .txt .data .dat .parquet .json .jsonl .ndjson, .gz .zst)
  std::string sql;   // SELECT ...; "{data}" in it stands for `data`
  std::string data;  // replaces "{data}" in `sql`
  // Text files only; what is not set is found out.
  std::string delimiter;  // up to four bytes, or "whitespace": any run of blanks
  std::optional<bool> header;
  std::vector<std::string> columns;  // names for a file without a header
  std::string encoding;              // "latin-1", "utf-16"; else UTF-8
  std::optional<std::string> quote;  // around values; "" for none; '"' when not given
  std::string comment;               // lines that begin with this character are left out
  // How values are written, in any source of texts.
  std::string decimal, thousands;    // the decimal point and what stands between groups of three digits
  std::string date_format;           // of times, as in strptime: "%d.%m.%Y %H:%M"
  std::vector<std::string> missing;  // texts that mean a missing value, beside an empty one

  std::string describe() const;  // for messages: the path, or "the query"
};

// What a column is read for, one or several uses joined by |. Text files (CSV, JSON) give every value as it
// is written, and typed sources (Parquet, SQL) as their type; nothing is converted with loss.
enum class ReadAs : unsigned {
  // Texts of a text file; integers, numbers, times and lists of typed sources. What is none of them (true and
  // false, decimals, integers beyond 64 bits) is its exact text.
  stored = 0,
  text = 1,     // times and float32 numbers as their texts: ids, categories, words
  number = 2,   // texts with the source's own decimal point and separators become plain numbers
  time = 4,     // texts that follow the source's date_format become ISO 8601
  written = 8,  // the text of any value
};
inline ReadAs operator|(ReadAs a, ReadAs b) {
  return static_cast<ReadAs>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
inline bool includes(ReadAs uses, ReadAs use) {
  return (static_cast<unsigned>(uses) & static_cast<unsigned>(use)) != 0;
}

struct ColumnRequest {
  std::string name;
  ReadAs as = ReadAs::stored;
};

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
