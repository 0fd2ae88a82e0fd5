// Columns of a table as codes: each distinct value is kept once, and each row holds the number of its value.
// All that follows (fitting, encoding, finding equal rows) then works on distinct values.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

// Its texts point into itself, so it moves but does not copy.
struct CodedColumn {
  CodedColumn() = default;
  CodedColumn(CodedColumn&&) noexcept = default;
  CodedColumn& operator=(CodedColumn&&) noexcept = default;

  std::string name;
  Column values;  // the distinct ones, in order of first appearance; a missing value is one of them
  std::vector<uint64_t> first_row;  // of each distinct value
  std::vector<uint32_t> codes;      // of each row of the table
  std::deque<std::string> memory;   // what texts point to

  size_t distinct() const { return first_row.size(); }
  // A distinct value as text, for messages and for showing; empty when missing.
  std::string text(uint32_t code) const;
};

// Reads the named columns once, streaming. Memory: four bytes a row and column, and the distinct values.
// Throws a data Error for a missing column and what Table::read throws.
std::vector<CodedColumn> code_columns(const Table& table, const std::vector<std::string>& names);

// Numbers equal rows alike, in order of first appearance: entry r of the result is equal for rows whose codes
// are equal in all columns. `first` receives the first row of each number. Memory beside the result: four
// bytes a row, eight for each distinct code of a column.
std::vector<uint32_t> number_rows(const std::vector<const std::vector<uint32_t>*>& columns, size_t rows,
                                  std::vector<uint32_t>* first);

}  // namespace shortlist
