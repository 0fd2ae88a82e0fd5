#include "shortlist/layers/row_parts.h"

namespace shortlist {

void cut_rows(size_t rows, std::span<const uint32_t> segments, std::vector<size_t>& cuts) {
  cuts.clear();
  cuts.push_back(0);
  const size_t size = rows_a_part(rows);
  for (size_t i = 1; i <= chunk_count(rows, size); ++i) {
    size_t end = std::min(rows, i * size);
    if (!segments.empty()) end = *std::ranges::lower_bound(segments, end);
    if (end > cuts.back()) cuts.push_back(end);
  }
}

}  // namespace shortlist
