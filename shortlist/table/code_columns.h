// Reads columns as codes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/table/coded_column.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Reads the named columns in one streaming pass. Uses four bytes of memory per row and column, plus the
// distinct values. Throws a data Error for a missing column, for more than kMostRows rows, and whatever
// Table::read throws.
std::vector<CodedColumn> code_columns(const Table& table, const std::vector<ColumnRequest>& requests);
std::vector<CodedColumn> code_columns(const Table& table, const std::vector<std::string>& names);

// Replaces the distinct values by texts[code], except missing ones, and merges those that become equal. The
// result is kept as integers if all values are.
void rewrite_values(CodedColumn& column, const std::vector<std::string>& texts);

// Assigns equal numbers to equal rows, in order of first appearance: two entries of the result are equal if
// the codes of their rows are equal in all columns. `first` receives the first row of each number. Uses,
// besides the result, four bytes of memory per row and eight per distinct code of a column.
std::vector<uint32_t> number_rows(const std::vector<const std::vector<uint32_t>*>& columns, size_t rows,
                                  std::vector<uint32_t>* first);

}  // namespace shortlist
