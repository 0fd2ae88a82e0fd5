// Columns of a table as codes: each distinct value is kept once, and each row holds the number of its value.
// All that follows (fitting, encoding, finding equal rows) then works on distinct values.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "shortlist/table/column.h"

namespace shortlist {

// Rows have numbers of 32 bits, of which the last means none.
inline constexpr uint64_t kMostRows = 0xfffffffe;
// Throws a data Error for more.
void check_row_count(uint64_t rows);

// Its texts point into itself, so it moves but does not copy.
struct CodedColumn {
  CodedColumn() = default;
  CodedColumn(CodedColumn&&) noexcept = default;
  CodedColumn& operator=(CodedColumn&&) noexcept = default;

  std::string name;
  // The distinct ones, in order of first appearance; a missing value is one of them. Texts that are all
  // integers, each written in the one way that prints it again, are kept as integers.
  Column values;
  std::vector<uint64_t> first_row;  // of each distinct value
  std::vector<uint32_t> codes;      // of each row of the table
  std::deque<std::string> memory;   // what texts point to

  size_t distinct() const { return first_row.size(); }
  // A distinct value as text, for messages and for showing; empty when missing.
  std::string text(uint32_t code) const;
};

}  // namespace shortlist
