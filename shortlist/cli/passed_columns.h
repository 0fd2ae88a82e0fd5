// Columns of a table that are copied to the answer: as text, which Parquet converts back to their types. In
// other formats, a list of numbers stays a list, and a list of texts is written as one text.
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
  std::vector<bool> joined;  // lists of texts that are joined to one text
};

// The columns for which `wanted` is true. `format` and `out` are the command's and decide whether Parquet is
// written.
PassedColumns passed_columns(const Table& table, const std::string& format, const std::string& out,
                             const std::function<bool(const std::string& name)>& wanted);

// The passed columns, which are the last of a chunk, as they are written. New texts are stored in `memory`.
std::vector<Column> take_passed(const PassedColumns& passed, const Chunk& chunk,
                                std::deque<std::string>& memory);

}  // namespace shortlist
