// Whether one column's values follow from another's: an item's year from its id.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

struct DeterminedColumn {
  std::string name;
  // Texts are compared as sets of the values between these, and lists in brackets as sets too; empty: texts
  // are compared as they are. Lists are always compared as sets.
  std::string separator;
};

// For each column the share of rows, of those whose `key` stands in several rows, in which the column has one
// and the same value for that key; 0 when no key comes again, which shows nothing. Missing values do not
// count. Reads the table once for the key and once for about every 16 million pairs of a key and a column.
std::vector<double> determined_shares(const Table& table, const std::string& key,
                                      const std::vector<DeterminedColumn>& columns);

}  // namespace shortlist
