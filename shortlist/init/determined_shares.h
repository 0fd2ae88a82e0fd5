// Whether one column's values are determined by another's, as an item's id determines its year.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

struct DeterminedColumn {
  std::string name;
  // Texts are split at this separator and compared as sets, as are lists in brackets. If empty, texts are
  // compared as they are. Lists are always compared as sets.
  std::string separator;
};

// For each column, the share of rows in which the column has the same value in all rows with that `key`,
// among the rows whose key occurs in several rows. 0 if no key occurs more than once, since that shows
// nothing. Missing values are not counted. Reads the table once for the key and once per about 16 million
// pairs of a key and a column.
std::vector<double> determined_shares(const Table& table, const std::string& key,
                                      const std::vector<DeterminedColumn>& columns);

}  // namespace shortlist
