#include <unistd.h>

#include <exception>
#include <filesystem>

#include "shortlist/base/memory_limit.h"
#include "shortlist/table/database.h"
#include "shortlist/table/duckdb_api.h"
#include "shortlist/table/duckdb_arrow.h"
#include "shortlist/table/duckdb_rows.h"
#include "shortlist/table/duckdb_vector.h"
#include "shortlist/table/sql_type.h"

namespace shortlist {

struct Database::State {
  const DuckdbApi& api = duckdb_api();
  duckdb_database database = nullptr;
  std::unique_ptr<ArrowRows> rows;
  ~State() {
    rows.reset();
    api.close(&database);
  }
};

namespace {

// One per query: a connection runs only one stream at a time.
class Connection {
 public:
  Connection(const DuckdbApi& api, duckdb_database database) : api_(api) {
    if (api.connect(database, &handle_) != DuckDBSuccess) throw failed("DuckDB does not open a connection");
  }
  Connection(const Connection&) = delete;
  ~Connection() { api_.disconnect(&handle_); }
  duckdb_connection handle() const { return handle_; }

 private:
  const DuckdbApi& api_;
  duckdb_connection handle_ = nullptr;
};

// The rows of a running SELECT, one chunk at a time.
class Stream {
 public:
  Stream(const DuckdbApi& api, duckdb_connection connection, const std::string& sql) : api_(api) {
    if (api.prepare(connection, sql.c_str(), &statement_) != DuckDBSuccess)
      fail(api.prepare_error(statement_));
    if (api.pending_prepared_streaming(statement_, &pending_) != DuckDBSuccess) {
      fail(api.pending_error(pending_));
    }
    if (api.execute_pending(pending_, &result_) != DuckDBSuccess) fail(api.result_error(&result_));
  }
  Stream(const Stream&) = delete;
  ~Stream() { close(); }

  // Returns null after the last chunk. The chunk is valid until the next call.
  duckdb_data_chunk next() {
    api_.destroy_data_chunk(&chunk_);
    chunk_ = api_.fetch_chunk(result_);
    if (chunk_ == nullptr) {
      const char* error = api_.result_error(&result_);
      if (error != nullptr && *error != '\0') fail(error);
    }
    return chunk_;
  }

 private:
  // The destructor does not run if the constructor throws.
  [[noreturn]] void fail(const char* message) {
    const std::string text = message != nullptr ? message : "DuckDB failed without a message";
    close();
    throw SqlError(text);
  }
  void close() {
    api_.destroy_data_chunk(&chunk_);
    api_.destroy_result(&result_);
    api_.destroy_pending(&pending_);
    api_.destroy_prepare(&statement_);
  }

  const DuckdbApi& api_;
  duckdb_prepared_statement statement_ = nullptr;
  duckdb_pending_result pending_ = nullptr;
  duckdb_result result_ = {};
  duckdb_data_chunk chunk_ = nullptr;
};

// If a connection is closed while an exception propagates, DuckDB does not stop its threads, which then work
// on freed data. So the connection is closed first, and the exception is rethrown afterwards.
template <typename Use>
void with_connection(const DuckdbApi& api, duckdb_database database, Use use) {
  std::exception_ptr thrown;
  {
    const Connection connection(api, database);
    try {
      use(connection.handle());
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  if (thrown != nullptr) std::rethrow_exception(thrown);
}

Column column_of(const std::string& sql_type) {
  Column column;
  column.type = column_type(sql_type);
  if (column.type == ColumnType::list) {
    column.elements = std::make_shared<Column>(column_of(element_type(sql_type)));
  }
  return column;
}

void read_chunk(const DuckdbApi& api, duckdb_data_chunk data, Chunk& chunk) {
  chunk.rows = api.data_chunk_get_size(data);
  for (size_t c = 0; c < chunk.columns.size(); ++c) {
    read_vector(api, api.data_chunk_get_vector(data, c), chunk.rows, chunk.columns[c]);
  }
}

}  // namespace

Database::Database() : state_(std::make_unique<State>()) {
  const DuckdbApi& api = state_->api;
  // Two threads read text as fast as it can be encoded, and leave the other cores to training.
  const std::string spill =
      (std::filesystem::temp_directory_path() / fmt::format("shortlist-{}.duckdb", getpid())).string();
  std::vector<std::pair<const char*, std::string>> options = {
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"preserve_insertion_order", "true"},
      {"threads", "2"},
      {"temp_directory", spill},
  };
  // DuckDB does not know this limit. The other half is for what is made of the rows.
  if (const size_t limit = private_memory_limit(); limit != SIZE_MAX)
    options.emplace_back("memory_limit", fmt::format("{}B", limit / 2));
  duckdb_config config = nullptr;
  api.create_config(&config);
  for (const auto& [name, value] : options) api.set_config(config, name, value.c_str());
  char* message = nullptr;
  const duckdb_state opened = api.open_ext(nullptr, &state_->database, config, &message);
  api.destroy_config(&config);
  if (opened == DuckDBSuccess) return;
  const std::string text = message != nullptr ? message : "";
  api.free(message);
  throw failed("DuckDB does not start: {}", text);
}

Database::~Database() = default;

void Database::add_rows(std::shared_ptr<const ArrowTable> table) const {
  if (state_->rows == nullptr) state_->rows = std::make_unique<ArrowRows>(state_->database, std::move(table));
}

void Database::run(const std::string& sql) const {
  with_connection(state_->api, state_->database, [&](duckdb_connection connection) {
    Stream stream(state_->api, connection, sql);
    while (stream.next() != nullptr) continue;
  });
}

void Database::run_with_rows(const std::string& sql, ChunkProducer& producer) const {
  with_connection(state_->api, state_->database, [&](duckdb_connection connection) {
    register_given_rows(state_->api, connection, producer);
    Stream stream(state_->api, connection, sql);
    while (stream.next() != nullptr) continue;
  });
}

std::vector<ColumnInfo> Database::describe(const std::string& select) const {
  std::vector<ColumnInfo> columns;
  with_connection(state_->api, state_->database, [&](duckdb_connection connection) {
    Stream stream(state_->api, connection, "DESCRIBE " + select);
    Column name, type;  // column_name, column_type, ...
    while (duckdb_data_chunk chunk = stream.next()) {
      const size_t rows = state_->api.data_chunk_get_size(chunk);
      read_vector(state_->api, state_->api.data_chunk_get_vector(chunk, 0), rows, name);
      read_vector(state_->api, state_->api.data_chunk_get_vector(chunk, 1), rows, type);
      for (size_t r = 0; r < rows; ++r) {
        const std::string sql_type(type.texts[r]);
        columns.push_back({std::string(name.texts[r]), column_type(sql_type), sql_type});
      }
    }
  });
  return columns;
}

void Database::stream(const std::string& select, std::span<const ColumnInfo> columns,
                      const std::function<void(const Chunk&)>& consume) const {
  Chunk chunk;
  for (const ColumnInfo& info : columns) chunk.columns.push_back(column_of(info.sql_type));
  with_connection(state_->api, state_->database, [&](duckdb_connection connection) {
    Stream stream(state_->api, connection, select);
    while (duckdb_data_chunk data = stream.next()) {
      read_chunk(state_->api, data, chunk);
      if (chunk.rows > 0) consume(chunk);
      chunk.first_row += chunk.rows;
    }
  });
}

}  // namespace shortlist
