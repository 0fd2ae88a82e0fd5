// For layers that run along the segments of their own rows, such as the histories of a batch.
#pragma once

#include <algorithm>

#include "shortlist/layers/pass.h"

namespace shortlist {

inline RowRange segment(const Pass& pass, size_t index) {
  return {pass.row_set.segments[index], pass.row_set.segments[index + 1]};
}

// The indices of the segments that `rows` consists of; the first ones may be empty.
inline RowRange segments_of(const Pass& pass, RowRange rows) {
  const std::span<const uint32_t> offsets = pass.row_set.segments;
  if (rows.size() == 0 || offsets.empty()) return {};
  const auto index_of = [&](size_t row) {
    const auto found = std::ranges::lower_bound(offsets, row);
    SHORTLIST_CHECK(found != offsets.end() && *found == row);  // no part splits a segment
    return static_cast<size_t>(found - offsets.begin());
  };
  return {index_of(rows.begin), index_of(rows.end)};
}

}  // namespace shortlist
