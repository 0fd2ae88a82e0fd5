// Splits the rows of a batch into parts for threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/base/threads.h"

namespace shortlist {

// An even number of parts of about 192 rows, so that two threads finish together. Parts are multiples of six
// rows, the tile size of the products.
inline size_t most_parts(size_t rows) { return 2 * chunk_count(rows, 384); }  // for up to `rows` rows
inline size_t rows_a_part(size_t rows) {
  if (rows <= 48) return std::max<size_t>(1, rows);
  return (chunk_count(rows, most_parts(rows)) + 5) / 6 * 6;
}

// Writes the first row of each part, followed by the number of rows, to `cuts`. `segments` are the offsets of
// row segments that must not be split; empty: none. No part is empty. If a part should have at least
// `segments_a_part` segments, there are fewer parts, but two if possible.
void cut_rows(size_t rows, std::span<const uint32_t> segments, std::vector<size_t>& cuts,
              size_t segments_a_part = 1);

// The two halves of a batch's rows that parameters' gradients are computed from, in whole tiles of the
// products.
inline RowRange half_of_rows(size_t rows, bool second) {
  const size_t half = std::min(rows, (rows / 2 + 11) / 12 * 12);
  return second ? RowRange{half, rows} : RowRange{0, half};
}

}  // namespace shortlist
