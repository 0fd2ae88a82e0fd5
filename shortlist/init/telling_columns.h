// Columns whose values alone nearly say which item a row has: what is asked with such a column is the answer.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

// From this share on a column says too much.
inline constexpr double kTelling = 0.9;

// For each column the share of rows, of those whose value is in several rows, in which the value comes with
// one item alone; 0 where no value comes again. Reads the columns once, many at a time.
std::vector<double> telling_shares(const Table& table, const std::string& item,
                                   const std::vector<std::string>& columns);

// The same for values and items that are numbered from 0, row by row.
double telling_share(const std::vector<uint32_t>& values, const std::vector<uint32_t>& items);

// Of the rows, the share in which the pair has been in an earlier row.
double repeated_share(const Table& table, const std::string& user, const std::string& item);

}  // namespace shortlist
