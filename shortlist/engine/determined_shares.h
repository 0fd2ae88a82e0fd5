// Whether one column's values follow from another's: an item's year from its id.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

// For each column the share of rows, of those whose `key` stands in several rows, in which the column has one
// and the same value for that key; 0 when no key comes again, which shows nothing. Missing values do not
// count. Reads the table once for the key and once for about every 16 million pairs of a key and a column.
std::vector<double> determined_shares(const Table& table, const std::string& key,
                                      const std::vector<std::string>& columns);

}  // namespace shortlist
