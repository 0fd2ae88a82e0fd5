#include "shortlist/layers/row_parts.h"

namespace shortlist {

namespace {

// The size of parts that have a number of segments on average.
size_t rows_for_segments(size_t rows, size_t segments, size_t segments_a_part) {
  const size_t parts = 2 * std::max<size_t>(1, segments / (2 * segments_a_part));
  return std::max(rows_a_part(rows), chunk_count(rows, parts));
}

}  // namespace

void cut_rows(size_t rows, std::span<const uint32_t> segments, std::vector<size_t>& cuts,
              size_t segments_a_part) {
  cuts.clear();
  cuts.push_back(0);
  const size_t size = segments_a_part <= 1 || segments.empty()
                          ? rows_a_part(rows)
                          : rows_for_segments(rows, segments.size() - 1, segments_a_part);
  for (size_t i = 1; i <= chunk_count(rows, size); ++i) {
    size_t end = std::min(rows, i * size);
    if (!segments.empty()) end = *std::ranges::lower_bound(segments, end);
    if (end > cuts.back()) cuts.push_back(end);
  }
}

}  // namespace shortlist
