// Columns of a table as codes: each distinct value is stored once, and each row stores the number of its
// value. All later steps (fitting, encoding, finding equal rows) then work on distinct values.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "shortlist/table/column.h"

namespace shortlist {

// Row numbers have 32 bits; the largest value means none.
inline constexpr uint64_t kMostRows = 0xfffffffe;
// Throws a data Error for more.
void check_row_count(uint64_t rows);

// Its texts point into itself, so it can be moved but not copied.
struct CodedColumn {
  CodedColumn() = default;
  CodedColumn(CodedColumn&&) noexcept = default;
  CodedColumn& operator=(CodedColumn&&) noexcept = default;

  std::string name;
  // The distinct values in order of first appearance; a missing value counts as one of them. Texts that are
  // all canonical integers (printing the integer gives back the text) are stored as integers.
  Column values;
  std::vector<uint64_t> first_row;  // first row of each distinct value
  std::vector<uint32_t> codes;      // code of each row of the table
  std::deque<std::string> memory;   // memory of the texts

  size_t distinct() const { return first_row.size(); }
  // A distinct value as text, for messages and display; empty if missing.
  std::string text(uint32_t code) const;
};

}  // namespace shortlist
