// given_rows(): a table function that streams our rows into a query.
#include "shortlist/table/duckdb_rows.h"

#include "shortlist/table/duckdb_vector.h"

namespace shortlist {
namespace {

duckdb_type sql_type_of(ColumnType type) {
  switch (type) {
    case ColumnType::text:
      return DUCKDB_TYPE_VARCHAR;
    case ColumnType::integer:
      return DUCKDB_TYPE_BIGINT;
    case ColumnType::number:
      return DUCKDB_TYPE_DOUBLE;
    case ColumnType::time:
      return DUCKDB_TYPE_TIMESTAMP;
    case ColumnType::list:
      return DUCKDB_TYPE_FLOAT;  // type of its elements
  }
  return DUCKDB_TYPE_INVALID;
}

void bind(duckdb_bind_info info) {
  const DuckdbApi& api = duckdb_api();
  const auto* producer = static_cast<ChunkProducer*>(api.bind_get_extra_info(info));
  for (const OutputColumn& column : producer->columns()) {
    duckdb_logical_type type = api.create_logical_type(sql_type_of(column.type));
    if (column.type == ColumnType::list) {
      duckdb_logical_type element = type;
      type = api.create_list_type(element);
      api.destroy_logical_type(&element);
    }
    api.bind_add_result_column(info, column.name.c_str(), type);
    api.destroy_logical_type(&type);
  }
}

// A single thread requests rows, so that they keep the producer's order.
void init(duckdb_init_info info) { duckdb_api().init_set_max_threads(info, 1); }

// No exception may propagate through DuckDB.
void produce(duckdb_function_info info, duckdb_data_chunk output) {
  const DuckdbApi& api = duckdb_api();
  auto* producer = static_cast<ChunkProducer*>(api.function_get_extra_info(info));
  try {
    const std::unique_ptr<OwnedChunk> chunk = producer->next();
    const size_t rows = chunk == nullptr ? 0 : chunk->rows;
    for (size_t c = 0; rows > 0 && c < chunk->columns.size(); ++c) {
      write_vector(api, producer->columns()[c].type, chunk->columns[c], rows,
                   api.data_chunk_get_vector(output, c));
    }
    api.data_chunk_set_size(output, rows);
  } catch (const std::exception& error) {
    api.function_set_error(info, error.what());
  }
}

}  // namespace

void register_given_rows(const DuckdbApi& api, duckdb_connection connection, ChunkProducer& producer) {
  duckdb_table_function function = api.create_table_function();
  api.table_function_set_name(function, "given_rows");
  api.table_function_set_extra_info(function, &producer, nullptr);
  api.table_function_set_bind(function, bind);
  api.table_function_set_init(function, init);
  api.table_function_set_function(function, produce);
  const duckdb_state state = api.register_table_function(connection, function);
  api.destroy_table_function(&function);
  if (state != DuckDBSuccess) throw failed("DuckDB does not take rows");
}

}  // namespace shortlist
