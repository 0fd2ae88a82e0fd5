// An in-memory DuckDB: the engine that reads files, answers SQL and writes Parquet.
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

// DuckDB's own words about a query that failed; who knows the table says it in the user's names.
class SqlError : public Error {
 public:
  explicit SqlError(const std::string& message) : Error(ErrorKind::data, message) {}
};

class ChunkProducer;

class Database {
 public:
  // Throws a failed Error when the library is not there. No network: extensions are never fetched.
  Database();
  ~Database();

  // Runs a statement and forgets its rows. Throws SqlError, as all below do.
  void run(const std::string& sql) const;

  // The columns of a SELECT, by binding it, not running it.
  std::vector<ColumnInfo> describe(const std::string& select) const;

  // Streams the rows of a SELECT, each of whose columns is a select_as() of what `columns` says. Texts point
  // into DuckDB's own chunk. May be called again from `consume`.
  void stream(const std::string& select, std::span<const ColumnInfo> columns,
              const std::function<void(const Chunk&)>& consume) const;

  // Runs `sql`, in which given_rows() is a table that the producer fills, in its order.
  void run_with_rows(const std::string& sql, ChunkProducer& producer) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Called by a thread of DuckDB's.
class ChunkProducer {
 public:
  virtual ~ChunkProducer() = default;
  virtual const std::vector<OutputColumn>& columns() const = 0;
  // The next chunk; null after the last. May throw: the query then fails.
  virtual std::unique_ptr<OwnedChunk> next() = 0;
};

}  // namespace shortlist
