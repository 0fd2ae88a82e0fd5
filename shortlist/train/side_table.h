// A table with one row per item or user, and its join to the interactions. The join works on row and value
// numbers and never copies text per row. Time and memory are linear in both tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/features/column_form.h"
#include "shortlist/table/code_columns.h"

namespace shortlist {

inline constexpr uint32_t kNoRow = 0xffffffff;
// CodedColumn::first_row of a missing value that a join introduced.
inline constexpr uint64_t kOfNoRow = UINT64_MAX;

struct SideTable {
  std::string name;  // the table's name, for messages
  CodedColumn key;   // all values are distinct, so codes are row numbers of the table
  std::vector<CodedColumn> columns;

  size_t rows() const { return key.codes.size(); }
};

// Reads the key, in the form of the interactions' ids, and the columns. Throws a data Error that names the
// row of a missing key, or both rows of a duplicate key.
SideTable read_side_table(const Table& table, const std::string& key, TextForm form,
                          const std::vector<ColumnRequest>& columns);

// SHA-256 of the table's key and columns, in their order.
std::string side_fingerprint(const SideTable& side);

// For each distinct id, the row of the side table with that key, or kNoRow.
std::vector<uint32_t> match_rows(const CodedColumn& ids, const SideTable& side);

// Appends the keys that match no id to the ids, in the side table's order, each as a new row at the end, and
// their rows to `row_of_id`. Returns their number.
size_t append_other_keys(const SideTable& side, CodedColumn& ids, std::vector<uint32_t>& row_of_id);

// The column joined to the rows with these ids: missing if the side table has no such row. Its values are
// those of the joined rows in order of first appearance, as if the tables had been joined before reading.
// first_row refers to the side table.
CodedColumn join_column(CodedColumn column, const std::vector<uint32_t>& row_of_id,
                        const std::vector<uint32_t>& ids);

// Appends `rows` rows with a missing value.
void append_missing(CodedColumn& column, size_t rows);

}  // namespace shortlist
