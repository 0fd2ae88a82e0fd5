// Rows of ours as a table in DuckDB. Only for the duckdb*.cc beside it.
#pragma once

#include "shortlist/table/database.h"
#include "shortlist/table/duckdb_api.h"

namespace shortlist {

// Makes given_rows() known in the connection's database. The producer must outlive the queries.
void register_given_rows(const DuckdbApi& api, duckdb_connection connection, ChunkProducer& producer);

}  // namespace shortlist
