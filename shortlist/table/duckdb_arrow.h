// Exposes a table in memory to DuckDB. Only for duckdb*.cc in this folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/table/arrow_table.h"
#include "shortlist/table/duckdb_api.h"

namespace shortlist {

// Registers arrow_rows(), the table's rows in their order, in a database. Must be destroyed before it.
class ArrowRows {
 public:
  // Throws a data Error if the table has no rows, and SqlError if DuckDB does not know a column's type.
  ArrowRows(duckdb_database database, std::shared_ptr<const ArrowTable> table);
  ArrowRows(const ArrowRows&) = delete;
  ArrowRows& operator=(const ArrowRows&) = delete;
  ~ArrowRows();

 private:
  friend class ArrowScan;
  static void bind(duckdb_bind_info info);
  static void init(duckdb_init_info info);
  static void produce(duckdb_function_info info, duckdb_data_chunk output);
  void find_types();
  void release();

  std::shared_ptr<const ArrowTable> table_;
  duckdb_connection connection_ = nullptr;  // conversions need one
  std::vector<duckdb_logical_type> types_;  // of the columns
};

}  // namespace shortlist
