// Several numbers in one value: a list, or a text with separators.
#pragma once

#include <cstddef>
#include <vector>

#include "shortlist/table/column.h"

namespace shortlist {

// Replaces `numbers` by those of a row: the elements of a list, with NaN for a missing one; or the numbers in
// a text, between commas, semicolons, blanks or brackets; or a single number. Returns false if the value is
// missing. Throws a RowError for anything that is not a number.
bool read_number_list(const Column& values, size_t row, std::vector<double>& numbers);

}  // namespace shortlist
