// A table with one row for each item or user, and its join to the rows of the interactions: by numbers of
// rows and values, never by a copy of the joined text. Time and memory are linear in both tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/features/column_form.h"
#include "shortlist/table/code_columns.h"

namespace shortlist {

inline constexpr uint32_t kNoRow = 0xffffffff;
// CodedColumn::first_row of a missing value that a join made.
inline constexpr uint64_t kOfNoRow = UINT64_MAX;

struct SideTable {
  std::string name;  // of the table, for messages
  CodedColumn key;   // each value once, so its codes are the table's rows
  std::vector<CodedColumn> columns;

  size_t rows() const { return key.codes.size(); }
};

// Reads the key, in the form that the interactions' ids have, and the columns. Throws a data Error that names
// the row of a key that is missing, and both rows of one that repeats.
SideTable read_side_table(const Table& table, const std::string& key, TextForm form,
                          const std::vector<ColumnRequest>& columns);

// SHA-256 of the table's key and columns, in their order.
std::string side_fingerprint(const SideTable& side);

// For each distinct id, the side table's row of that key, or kNoRow.
std::vector<uint32_t> match_rows(const CodedColumn& ids, const SideTable& side);

// Appends the keys that no id equals to the ids, in the side table's order, each as a row of its own after
// the others, and their rows to `row_of_id`. Returns how many.
size_t append_other_keys(const SideTable& side, CodedColumn& ids, std::vector<uint32_t>& row_of_id);

// The column as the rows with these ids see it: missing where the side table has no row. Values are those of
// the rows, in order of first appearance, as if the tables had been joined before; first_row counts in the
// side table.
CodedColumn join_column(CodedColumn column, const std::vector<uint32_t>& row_of_id,
                        const std::vector<uint32_t>& ids);

// Appends so many rows without a value.
void append_missing(CodedColumn& column, size_t rows);

}  // namespace shortlist
