#include "shortlist/index/bf16_index.h"

#include <algorithm>

#include "shortlist/index/exact_search.h"
#include "shortlist/index/panel_kernels.h"

namespace shortlist {
namespace {

constexpr size_t kColumns = Panels::kPanelColumns, kPanelsATile = kTileColumns / kColumns;

}  // namespace

Bf16Index::Bf16Index(ConstMatrix vectors, ThreadPool& pool) : size_(vectors.rows), width_(vectors.cols) {
  const size_t panels = chunk_count(size_, kColumns);
  panels_.resize(panels * width_ * kColumns, 0);
  uint16_t* const out = panels_.mutable_data();
  pool.run(chunk_count(panels, kPanelsATile), [&](size_t task, int) {
    const RowRange range = chunk_rows(size_, kTileColumns, task);
    for (size_t r = range.begin; r < range.end; ++r) {
      uint16_t* const to = out + r / kColumns * kColumns * width_ + r % kColumns;
      for (size_t c = 0; c < width_; ++c) to[c * kColumns] = to_bf16(vectors(r, c));
    }
  });
}

std::vector<Found> Bf16Index::search(ConstMatrix queries, size_t k, Eligible eligible) const {
  // From a few queries on it pays to widen the candidates once for all.
  constexpr size_t kMany = 4;
  Panels wide;
  const auto score_tile = [&](ConstMatrix block, size_t first, Matrix scores) {
    const uint16_t* const panels = panels_.data() + first * width_;
    if (block.rows >= kMany) {
      wide.resize(width_, scores.cols);
      widen_bf16(panels, wide.count() * width_ * kColumns, wide.panel(0));
      return multiply(block, wide, scores);
    }
    for (size_t q = 0; q < block.rows; ++q)
      panel_scores(panels, width_, chunk_count(scores.cols, kColumns), block.row(q), scores.row(q));
  };
  return search_tiles(queries, size_, k, eligible, score_tile);
}

}  // namespace shortlist
