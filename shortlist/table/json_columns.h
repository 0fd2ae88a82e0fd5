// Finds the columns of a table that are written to JSON without quotes.
#pragma once

#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

// For each column, whether the texts of all its values are JSON numbers, true or false, and not strings that
// look like them. Reads a text file completely.
std::vector<bool> columns_of_raw_json(const Table& table);

}  // namespace shortlist
