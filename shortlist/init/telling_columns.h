// Finds columns whose values alone nearly determine a row's item, so that a query with such a column contains
// the answer.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

// Columns with at least this share give the item away.
inline constexpr double kTelling = 0.9;

// For each column, the share of rows in which the value occurs with one item only, among the rows whose value
// occurs in several rows. 0 if no value is repeated. Reads the columns once, many at a time.
std::vector<double> telling_shares(const Table& table, const std::string& item,
                                   const std::vector<std::string>& columns);

// The same for values and items numbered from 0, one of each per row.
double telling_share(const std::vector<uint32_t>& values, const std::vector<uint32_t>& items);

// The share of rows whose pair of user and item is already in an earlier row.
double repeated_share(const Table& table, const std::string& user, const std::string& item);

}  // namespace shortlist
