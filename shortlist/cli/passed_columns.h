// Columns of a table that an answer repeats untouched: as their texts, which Parquet turns into their types
// again. A list of numbers stays one elsewhere, and a list of texts is written as one text.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "shortlist/table/table.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {

struct PassedColumns {
  std::vector<ColumnRequest> requests;
  std::vector<OutputColumn> columns;
  std::vector<bool> joined;  // lists of texts that become one text
};

// Those for which `wanted` holds. `format` and `out` are the command's: they say whether Parquet is written.
PassedColumns passed_columns(const Table& table, const std::string& format, const std::string& out,
                             const std::function<bool(const std::string& name)>& wanted);

// The columns of a chunk that ends with them, as they are written. New texts are in `memory`.
std::vector<Column> take_passed(const PassedColumns& passed, const Chunk& chunk,
                                std::deque<std::string>& memory);

}  // namespace shortlist
