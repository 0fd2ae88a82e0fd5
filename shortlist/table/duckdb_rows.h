// Exposes our rows as a table in DuckDB. Only for duckdb*.cc in this folder.
#pragma once

#include "shortlist/table/database.h"
#include "shortlist/table/duckdb_api.h"

namespace shortlist {

// Registers given_rows() in the connection's database. The producer must outlive the queries.
void register_given_rows(const DuckdbApi& api, duckdb_connection connection, ChunkProducer& producer);

}  // namespace shortlist
