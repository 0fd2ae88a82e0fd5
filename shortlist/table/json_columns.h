// Which columns of a table JSON writes without quotes.
#pragma once

#include <vector>

#include "shortlist/table/table.h"

namespace shortlist {

// Of each column whether all its values, as texts, are JSON numbers, true or false, and not texts that look
// like those. Reads a text file through.
std::vector<bool> columns_of_raw_json(const Table& table);

}  // namespace shortlist
