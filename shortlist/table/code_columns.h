// Reads columns as codes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/table/coded_column.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Reads the named columns once, streaming. Memory: four bytes a row and column, and the distinct values.
// Throws a data Error for a missing column, for more than kMostRows rows, and what Table::read throws.
std::vector<CodedColumn> code_columns(const Table& table, const std::vector<ColumnRequest>& requests);
std::vector<CodedColumn> code_columns(const Table& table, const std::vector<std::string>& names);

// Gives the distinct values other texts, texts[code] for each that is not missing, and makes those that are
// then equal one. They are kept as integers where all are.
void rewrite_values(CodedColumn& column, const std::vector<std::string>& texts);

// Numbers equal rows alike, in order of first appearance: entry r of the result is equal for rows whose codes
// are equal in all columns. `first` receives the first row of each number. Memory beside the result: four
// bytes a row, eight for each distinct code of a column.
std::vector<uint32_t> number_rows(const std::vector<const std::vector<uint32_t>*>& columns, size_t rows,
                                  std::vector<uint32_t>* first);

}  // namespace shortlist
