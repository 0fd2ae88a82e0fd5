// DuckDB's vectors to and from columns. Only for the duckdb*.cc beside it.
#pragma once

#include "shortlist/table/column.h"
#include "shortlist/table/database.h"
#include "shortlist/table/duckdb_api.h"

namespace shortlist {

// Reads `rows` values into `column`, whose type is set; texts point into `vector`.
// A list's `elements` has its own type set.
void read_vector(const DuckdbApi& api, duckdb_vector vector, size_t rows, Column& column);

// Writes `rows` values; the elements of a list are floats.
void write_vector(const DuckdbApi& api, ColumnType type, const OwnedColumn& column, size_t rows,
                  duckdb_vector vector);

}  // namespace shortlist
