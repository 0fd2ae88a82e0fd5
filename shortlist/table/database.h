// An in-memory DuckDB: the engine that reads files, runs SQL and writes Parquet.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/table/column.h"
#include "shortlist/table/row_sink.h"

namespace shortlist {

// DuckDB's own message about a failed query; the caller, which knows the table, rewrites it in the user's
// names.
class SqlError : public Error {
 public:
  explicit SqlError(const std::string& message) : Error(ErrorKind::data, message) {}
};

class ArrowTable;
class ChunkProducer;

class Database {
 public:
  // Throws a failed Error if the library is missing. Does not use the network: extensions are never
  // downloaded.
  Database();
  ~Database();

  // Runs a statement and discards its rows. Throws SqlError, as do all functions below.
  void run(const std::string& sql) const;

  // Makes a table in memory available as arrow_rows(), once per database. Throws a data Error if it has no
  // rows.
  void add_rows(std::shared_ptr<const ArrowTable> table) const;

  // The columns of a SELECT, found by binding it without running it.
  std::vector<ColumnInfo> describe(const std::string& select) const;

  // Streams the rows of a SELECT whose columns are select_as() expressions for `columns`. Texts point into
  // DuckDB's own chunk. `consume` may call it again.
  void stream(const std::string& select, std::span<const ColumnInfo> columns,
              const std::function<void(const Chunk&)>& consume) const;

  // Runs `sql`, in which given_rows() is a table of the producer's rows, in its order.
  void run_with_rows(const std::string& sql, ChunkProducer& producer) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Called by a DuckDB thread.
class ChunkProducer {
 public:
  virtual ~ChunkProducer() = default;
  virtual const std::vector<OutputColumn>& columns() const = 0;
  // The next chunk; null after the last. If it throws, the query fails.
  virtual std::unique_ptr<OwnedChunk> next() = 0;
};

}  // namespace shortlist
