#include "shortlist/index/bf16_index.h"

#include <algorithm>

#include "shortlist/index/exact_search.h"

namespace shortlist {

Bf16Index::Bf16Index(ConstMatrix vectors, ThreadPool& pool) : size_(vectors.rows), width_(vectors.cols) {
  panels_.resize(chunk_count(size_, kPanelCandidates) * panel_size(), 0);
  uint16_t* const panels = panels_.mutable_data();
  pool.run(chunk_count(size_, kTileColumns), [&](size_t task, int) {
    const RowRange range = chunk_rows(size_, kTileColumns, task);
    for (size_t r = range.begin; r < range.end; ++r) {
      uint16_t* const to = panels + r / kPanelCandidates * panel_size() + r % kPanelCandidates * 2;
      for (size_t c = 0; c < width_; ++c) to[c / 2 * 2 * kPanelCandidates + c % 2] = to_bf16(vectors(r, c));
    }
  });
}

std::vector<Found> Bf16Index::search(ConstMatrix queries, size_t k, Eligible eligible) const {
  // From a few queries on it pays to widen the candidates once for all.
  constexpr size_t kMany = 4;
  constexpr size_t kNear = size_t{1} << 18;  // bfloat16 that leave room in a second-level cache
  const bool near = panels_.size() <= kNear;
  Buffer wide;
  if (queries.rows >= kMany) wide = Buffer(width_, kPanelCandidates);
  const auto score_tile = [&](RowRange block, size_t first, Matrix scores) {
    const uint16_t* panel = panels_.data() + first / kPanelCandidates * panel_size();
    if (block.size() < kMany) {
      for (size_t q = 0; q < block.size(); ++q)
        panel_scores(panel, width_, chunk_count(scores.cols, kPanelCandidates), near,
                     queries.row(block.begin + q), scores.row(q));
      return;
    }
    for (size_t column = 0; column < scores.cols; column += kPanelCandidates, panel += panel_size()) {
      const size_t count = std::min(kPanelCandidates, scores.cols - column);
      widen_panel(panel, width_, wide.data());
      multiply(queries.slice(block.begin, block.end), {wide.data(), width_, count, kPanelCandidates},
               scores.columns(column, count));
    }
  };
  return search_tiles(queries.rows, size_, k, eligible, score_tile);
}

}  // namespace shortlist
