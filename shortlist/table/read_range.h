// Reads a range of a table's rows.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "shortlist/table/coded_column.h"
#include "shortlist/table/shard.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Does what Table::read() does, for the rows of `range`. A chunk's first_row is its place in the whole table.
// Rows before the range are skipped by reading them, since text files and queries have no index of rows.
void read_range(const Table& table, std::span<const ColumnRequest> requests, TableRange range,
                const std::function<void(const Chunk&)>& consume);

// Does what code_columns() does, for the rows of `range`. first_row counts from the table's first row, codes
// begin with the range's.
std::vector<CodedColumn> code_range(const Table& table, const std::vector<ColumnRequest>& requests,
                                    TableRange range);

// The files of a path, a glob or a folder, in the order in which they are read. Empty for other sources.
std::vector<std::string> files_of(const TableSource& source);

}  // namespace shortlist
