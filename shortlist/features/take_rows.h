// Rows of encoded columns.
#pragma once

#include <cstdint>
#include <span>

#include "shortlist/table/encoded.h"

namespace shortlist {

// Row r of the result is row rows[r] of the column.
EncodedColumn take_rows(EncodedColumn column, std::span<const uint32_t> rows);

}  // namespace shortlist
