// The functions of DuckDB's C API that we call, loaded from libduckdb.so on first use: linking to it would
// add 18 ms to every start of the program. Only for duckdb*.cc in this folder.
#pragma once

#include <duckdb.h>

namespace shortlist {

// clang-format off
#define SHORTLIST_DUCKDB_FUNCTIONS(X) \
  X(create_config) X(destroy_config) X(set_config) X(open_ext) X(close) X(connect) X(disconnect) \
  X(free) X(query) X(destroy_result) X(result_error) X(prepare) X(prepare_error) X(destroy_prepare) \
  X(pending_prepared_streaming) X(pending_error) X(execute_pending) X(destroy_pending) X(fetch_chunk) \
  X(create_data_chunk) X(destroy_data_chunk) X(data_chunk_get_size) X(data_chunk_set_size) \
  X(data_chunk_get_vector) X(data_chunk_get_column_count) X(vector_size) X(vector_get_data) \
  X(vector_get_validity) X(vector_ensure_validity_writable) X(vector_assign_string_element_len) \
  X(list_vector_get_child) X(list_vector_get_size) X(list_vector_set_size) X(list_vector_reserve) \
  X(create_logical_type) X(create_list_type) X(destroy_logical_type) X(create_table_function) \
  X(destroy_table_function) X(table_function_set_name) X(table_function_set_extra_info) \
  X(table_function_set_bind) X(table_function_set_init) X(table_function_set_function) \
  X(register_table_function) X(bind_get_extra_info) X(bind_add_result_column) X(init_set_max_threads) \
  X(function_get_extra_info) X(function_set_error) X(function_get_init_data) X(init_get_extra_info) \
  X(init_get_column_count) X(init_get_column_index) X(init_set_init_data) X(init_set_error) \
  X(table_function_supports_projection_pushdown) X(schema_from_arrow) X(data_chunk_from_arrow) \
  X(destroy_arrow_converted_schema) X(error_data_has_error) X(error_data_message) \
  X(destroy_error_data) X(vector_get_column_type) X(vector_reference_vector) X(slice_vector) \
  X(create_selection_vector) X(destroy_selection_vector) X(selection_vector_get_data_ptr)
// clang-format on

struct DuckdbApi {
#define SHORTLIST_DECLARE(name) decltype(&::duckdb_##name) name = nullptr;
  SHORTLIST_DUCKDB_FUNCTIONS(SHORTLIST_DECLARE)
#undef SHORTLIST_DECLARE
};

// Opens the library on the first call. Throws a failed Error that lists where it was searched for.
const DuckdbApi& duckdb_api();

}  // namespace shortlist
