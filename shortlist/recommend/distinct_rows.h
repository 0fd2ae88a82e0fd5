// Finds rows with identical encoded features, so that results are computed once for each.
#pragma once

#include <cstdint>
#include <vector>

#include "shortlist/table/encoded.h"

namespace shortlist {

struct DistinctRows {
  std::vector<uint32_t> first;  // the first row of each distinct row, ascending
  std::vector<uint32_t> of;     // for each row, the position of its distinct row in `first`
};

// Rows are equal if all their ids and the bits of all their numbers are equal.
DistinctRows distinct_rows(const EncodedRows& rows);

}  // namespace shortlist
