#include "shortlist/index/exact_search.h"

#include <algorithm>
#include <limits>

#include "shortlist/index/panel_kernels.h"

namespace shortlist {
namespace {

// A block of queries by a tile of candidates: their scores take a good part of a second-level cache, no more.
constexpr size_t kQueriesABlock = 96;

// Joins what block(queries) returns for one block of queries after the other.
template <typename Block>
std::vector<Found> for_query_blocks(ConstMatrix queries, Block block) {
  std::vector<Found> found;
  for (size_t begin = 0; begin < queries.rows; begin += kQueriesABlock) {
    std::vector<TopK> best = block(queries.slice(begin, std::min(begin + kQueriesABlock, queries.rows)));
    for (TopK& top : best) found.push_back({.best = top.take()});
  }
  return found;
}

// A score that is no number is never kept.
void leave_out(Eligible eligible, std::span<float> scores) {
  for (size_t i = 0; i < scores.size(); ++i)
    scores[i] = eligible[i] != 0 ? scores[i] : std::numeric_limits<float>::quiet_NaN();
}

}  // namespace

std::vector<Found> search_tiles(ConstMatrix queries, size_t candidates, size_t k, Eligible eligible,
                                ScoreTile score_tile) {
  SHORTLIST_CHECK(eligible.empty() || eligible.size() == candidates);
  Buffer tile(std::min(queries.rows, kQueriesABlock), kTileColumns);
  return for_query_blocks(queries, [&](ConstMatrix block) {
    std::vector<TopK> best(block.rows, TopK(k));
    for (size_t first = 0; first < candidates; first += kTileColumns) {
      const size_t count = std::min(kTileColumns, candidates - first);
      const Matrix scores{tile.data(), block.rows, count, kTileColumns};
      score_tile(block, first, scores);
      for (size_t q = 0; q < block.rows; ++q) {
        if (!eligible.empty()) leave_out(eligible.subspan(first, count), scores.row_span(q));
        best[q].push(scores.row_span(q), static_cast<uint32_t>(first));
      }
    }
    return best;
  });
}

std::vector<Found> search_chosen(ConstMatrix queries, ConstMatrix vectors, std::span<const uint32_t> chosen,
                                 size_t k, Panels& panels) {
  Buffer tile(std::min(queries.rows, kQueriesABlock), std::min(chosen.size(), kTileColumns));
  return for_query_blocks(queries, [&](ConstMatrix block) {
    std::vector<TopK> best(block.rows, TopK(k));
    for (size_t begin = 0; begin < chosen.size(); begin += kTileColumns) {
      const auto ids = chosen.subspan(begin, std::min(kTileColumns, chosen.size() - begin));
      panels.pack_transposed(vectors, ids);
      const Matrix scores = tile.view(block.rows, ids.size());
      multiply(block, panels, scores);
      for (size_t q = 0; q < block.rows; ++q) best[q].push(scores.row_span(q), ids);
    }
    return best;
  });
}

std::optional<std::vector<uint32_t>> few_eligible(Eligible eligible) {
  constexpr size_t kFew = 8;  // one in so many
  const size_t count = eligible.size() - static_cast<size_t>(std::ranges::count(eligible, 0));
  if (eligible.empty() || count > eligible.size() / kFew) return std::nullopt;
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < eligible.size(); ++i) {
    if (eligible[i] != 0) ids.push_back(static_cast<uint32_t>(i));
  }
  return ids;
}

ExactIndex::ExactIndex(ConstMatrix vectors, ThreadPool& pool) : vectors_(vectors) {
  panels_.resize(vectors.cols, vectors.rows);
  constexpr size_t kPanelsATask = 64;
  pool.run(chunk_count(panels_.count(), kPanelsATask), [&](size_t i, int) {
    const RowRange panels = chunk_rows(panels_.count(), kPanelsATask, i);
    panels_.pack_transposed(vectors, panels.begin, panels.end);
  });
}

std::vector<Found> ExactIndex::search(ConstMatrix queries, size_t k, Eligible eligible) const {
  if (const auto ids = few_eligible(eligible)) {
    Panels panels;
    return search_chosen(queries, vectors_, *ids, k, panels);
  }
  return search_tiles(queries, size(), k, eligible, [&](ConstMatrix block, size_t first, Matrix scores) {
    constexpr size_t kPanels = kTileColumns / Panels::kPanelColumns;
    const size_t panel = first / Panels::kPanelColumns;
    if (block.rows == 1) {
      return panel_scores(panels_.panel(panel), width(), chunk_count(scores.cols, Panels::kPanelColumns),
                          block.row(0), scores.row(0));
    }
    const Matrix all{scores.data - first, block.rows, size(), scores.stride};
    multiply(block, panels_, all, false, {}, {panel, panel + kPanels});
  });
}

}  // namespace shortlist
