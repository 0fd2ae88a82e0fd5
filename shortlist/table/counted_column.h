// The distinct values of a column in a part of a table, with counts. The counts of the parts of a table join
// to those of the whole.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/coded_column.h"

namespace shortlist {

struct CountedColumn {
  CodedColumn column;  // without codes; first_row counts from the table's first row
  // How often each distinct value occurs in the part's rows, and in those that are selected.
  std::vector<uint64_t> all, selected;
};

// The counts of a column that was read from the rows [begin, begin + codes) of a table. `selected` has a byte
// for each of its rows. Frees the codes.
CountedColumn count_values(CodedColumn column, const std::vector<uint8_t>& selected);

// Joins parts, given in any order, of a column that has this type in the table. The values are in the order
// of their first rows, as if the whole column had been read at once. Codes are 0, 1, 2, ...
CountedColumn join_parts(ColumnType type, const std::vector<const CountedColumn*>& parts);

// Brings the values into another form with `change`, which may merge some and rewrite codes.
template <typename Change>
void change_values(CountedColumn& counted, Change change) {
  change(counted.column);
  std::vector<uint64_t> all(counted.column.distinct()), selected(all.size());
  for (size_t i = 0; i < counted.all.size(); ++i) {
    all[counted.column.codes[i]] += counted.all[i];
    selected[counted.column.codes[i]] += counted.selected[i];
  }
  counted.all = std::move(all);
  counted.selected = std::move(selected);
}

}  // namespace shortlist
