// The inverse of the map of a gather.
#pragma once

#include <vector>

#include "shortlist/model/row_set.h"

namespace shortlist {

// Lists, for each of `sources` rows, the rows that refer to it, ascending: those of s are copies[offsets[s]]
// to copies[offsets[s + 1] - 1]. Rows with kNoSource are in no list.
inline void invert_map(const std::vector<uint32_t>& source, size_t sources, std::vector<uint32_t>& offsets,
                       std::vector<uint32_t>& copies) {
  offsets.assign(sources + 1, 0);
  for (uint32_t s : source)
    if (s != kNoSource) ++offsets[s + 1];
  for (size_t s = 1; s <= sources; ++s) offsets[s] += offsets[s - 1];
  copies.resize(offsets.back());
  for (size_t i = 0; i < source.size(); ++i)
    if (source[i] != kNoSource) copies[offsets[source[i]]++] = static_cast<uint32_t>(i);
  // Each offset is now at the end of its own copies: shift them to the beginning.
  for (size_t s = sources; s > 0; --s) offsets[s] = offsets[s - 1];
  offsets[0] = 0;
}

}  // namespace shortlist
