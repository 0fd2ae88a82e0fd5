// Rows that features encode alike, so that what is computed of them is computed once.
#pragma once

#include <cstdint>
#include <vector>

#include "shortlist/table/encoded.h"

namespace shortlist {

struct DistinctRows {
  std::vector<uint32_t> first;  // where each stands first, ascending
  std::vector<uint32_t> of;     // of each row, its like's place in `first`
};

// Rows are equal when all their ids, and the bits of all their numbers, are.
DistinctRows distinct_rows(const EncodedRows& rows);

}  // namespace shortlist
