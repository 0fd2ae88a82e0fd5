// Converts between DuckDB's vectors and columns. Only for duckdb*.cc in this folder.
#pragma once

#include "shortlist/table/column.h"
#include "shortlist/table/database.h"
#include "shortlist/table/duckdb_api.h"

namespace shortlist {

// Reads `rows` values into `column`, whose type is already set, as is that of a list's `elements`. Texts
// point into `vector`.
void read_vector(const DuckdbApi& api, duckdb_vector vector, size_t rows, Column& column);

// Writes `rows` values. The elements of a list are floats.
void write_vector(const DuckdbApi& api, ColumnType type, const OwnedColumn& column, size_t rows,
                  duckdb_vector vector);

}  // namespace shortlist
