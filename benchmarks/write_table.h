// A table, or what a query makes, as a file.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/table.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {

inline void write_table(const TableSource& source, const std::string& path) {
  const Table table = Table::open(source);
  std::vector<std::string> names;
  std::vector<OutputColumn> columns;
  for (const ColumnInfo& column : table.columns()) {
    names.push_back(column.name);
    columns.push_back({column.name, column.type});
  }
  TableWriter writer(path, columns);
  table.read(names, [&](const Chunk& chunk) { writer.write(chunk); });
  writer.finish();
}

}  // namespace shortlist
