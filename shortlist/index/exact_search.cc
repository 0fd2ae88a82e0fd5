#include "shortlist/index/exact_search.h"

#include <algorithm>
#include <limits>

#include "shortlist/index/panel_kernels.h"
#include "shortlist/math/selection.h"

namespace shortlist {
namespace {

constexpr size_t kPanelsATile = kTileColumns / kPanelCandidates;

// A block of queries by a tile of candidates: their scores take only part of a second-level cache. A single
// query uses a longer tile, because hardware prefetching restarts with each tile.
constexpr size_t kQueriesABlock = 48, kTilesOfOne = 4;
// Blocks of tiles between checks of the deadline: a few milliseconds at most.
constexpr size_t kStride = 8;

// NaN scores are never kept.
void leave_out(Eligible eligible, std::span<float> scores) {
  for (size_t i = 0; i < scores.size(); ++i)
    scores[i] = eligible[i] != 0 ? scores[i] : std::numeric_limits<float>::quiet_NaN();
}

// Copies the panels of a product next to each other: out[inner, kPanelCandidates].
void join(const Panels& narrow, float* out) {
  constexpr size_t kColumns = Panels::kPanelColumns;
  for (size_t p = 0; p < narrow.count(); ++p) {
    for (size_t k = 0; k < narrow.inner(); ++k)
      std::copy_n(narrow.panel(p) + k * kColumns, kColumns, out + k * kPanelCandidates + p * kColumns);
  }
}

std::vector<Found> take_all(std::span<TopK> best) {
  std::vector<Found> found(best.size());
  for (size_t q = 0; q < best.size(); ++q) found[q].best = best[q].take();
  return found;
}

}  // namespace

std::span<TopK> kept_top_k(size_t queries, size_t k) {
  static thread_local std::vector<TopK> kept;
  if (kept.size() < queries) kept.resize(queries, TopK(0));
  for (TopK& one : std::span(kept.data(), queries)) one.reset(k);
  return {kept.data(), queries};
}

void score_tiles(size_t queries, size_t candidates, Eligible eligible, const Deadline& deadline,
                 ScoreTile score_tile, TakeScores take) {
  SHORTLIST_CHECK(eligible.empty() || eligible.size() == candidates);
  const size_t columns = queries == 1 ? kTilesOfOne * kTileColumns : kTileColumns;
  const size_t size = queries == 1 ? columns : std::min(queries, kQueriesABlock) * kTileStride;
  // Reused, because allocating and clearing it takes as long as selecting the best of a tile.
  static thread_local Buffer tile;
  tile.reserve(size);
  size_t blocks = 0;
  for (size_t first = 0; first < candidates; first += columns) {
    const size_t count = std::min(columns, candidates - first);
    for (size_t block = 0; block < chunk_count(queries, kQueriesABlock); ++block) {
      if (blocks++ % kStride == 0) deadline.check();
      const RowRange range = chunk_rows(queries, kQueriesABlock, block);
      const Matrix scores{tile.data(), range.size(), count, kTileStride};
      score_tile(range, first, scores);
      for (size_t q = 0; q < scores.rows; ++q) {
        if (!eligible.empty()) leave_out(eligible.subspan(first, count), scores.row_span(q));
        take(range.begin + q, first, scores.row_span(q));
      }
    }
  }
}

void score_tiles(size_t candidates, Eligible eligible, const Deadline& deadline, ScoreTile score_tile,
                 std::span<TopK> best) {
  const auto take = [&](size_t query, size_t first, std::span<const float> scores) {
    best[query].push(scores, static_cast<uint32_t>(first));
  };
  score_tiles(best.size(), candidates, eligible, deadline, score_tile, take);
}

std::vector<Found> search_tiles(size_t queries, size_t candidates, size_t k, Eligible eligible,
                                const Deadline& deadline, ScoreTile score_tile) {
  if (candidates <= kTileColumns) {
    std::vector<Found> found(queries);
    const auto take = [&](size_t query, size_t, std::span<const float> scores) {
      found[query].best = best_of_row(scores, k);
    };
    score_tiles(queries, candidates, eligible, deadline, score_tile, take);
    return found;
  }
  const std::span<TopK> best = kept_top_k(queries, k);
  score_tiles(candidates, eligible, deadline, score_tile, best);
  return take_all(best);
}

Found search_chosen(std::span<const float> query, ConstMatrix vectors, std::span<const uint32_t> chosen,
                    size_t k, const Deadline& deadline) {
  constexpr size_t kStretch = 256;
  float scores[kStretch];
  if (chosen.size() <= kFewKeys) {
    row_scores(vectors.data, vectors.stride, vectors.cols, query.data(), chosen.data(), chosen.size(),
               scores);
    return {.best = best_of_few({scores, chosen.size()}, chosen, k)};
  }
  TopK best(k);
  for (size_t begin = 0; begin < chosen.size(); begin += kStretch) {
    if (begin % (kStretch * kStride) == 0) deadline.check();
    const auto ids = chosen.subspan(begin, std::min(kStretch, chosen.size() - begin));
    row_scores(vectors.data, vectors.stride, vectors.cols, query.data(), ids.data(), ids.size(), scores);
    best.push({scores, ids.size()}, ids);
  }
  return {.best = best.take()};
}

std::vector<Found> search_chosen(ConstMatrix queries, ConstMatrix vectors, std::span<const uint32_t> chosen,
                                 size_t k, const Deadline& deadline) {
  if (queries.rows == 1) return {search_chosen(queries.row_span(0), vectors, chosen, k, deadline)};
  std::vector<TopK> best(queries.rows, TopK(k));
  Buffer tile(std::min(queries.rows, kQueriesABlock), std::min(chosen.size(), kTileColumns));
  Panels panels;
  for (size_t begin = 0; begin < chosen.size(); begin += kTileColumns) {
    deadline.check();
    const auto ids = chosen.subspan(begin, std::min(kTileColumns, chosen.size() - begin));
    panels.pack_transposed(vectors, ids);
    for (size_t block = 0; block < chunk_count(queries.rows, kQueriesABlock); ++block) {
      const RowRange range = chunk_rows(queries.rows, kQueriesABlock, block);
      const Matrix scores = tile.view(range.size(), ids.size());
      multiply(queries.slice(range.begin, range.end), panels, scores);
      for (size_t q = 0; q < scores.rows; ++q) best[range.begin + q].push(scores.row_span(q), ids);
    }
  }
  return take_all(best);
}

std::optional<std::vector<uint32_t>> few_eligible(Eligible eligible) {
  constexpr size_t kFew = 8;  // one in this many
  const size_t count = eligible.size() - static_cast<size_t>(std::ranges::count(eligible, 0));
  if (eligible.empty() || count > eligible.size() / kFew) return std::nullopt;
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < eligible.size(); ++i) {
    if (eligible[i] != 0) ids.push_back(static_cast<uint32_t>(i));
  }
  return ids;
}

ExactIndex::ExactIndex(ConstMatrix vectors, ThreadPool& pool)
    : vectors_(vectors),
      panels_(chunk_count(vectors.rows, kPanelCandidates) * kPanelCandidates, vectors.cols) {
  check_candidates(vectors);
  const size_t count = chunk_count(vectors.rows, kPanelCandidates);
  pool.run(chunk_count(count, kPanelsATile), [&](size_t task, int) {
    const RowRange panels = chunk_rows(count, kPanelsATile, task);
    Panels narrow;
    for (size_t p = panels.begin; p < panels.end; ++p) {
      const RowRange rows = chunk_rows(vectors.rows, kPanelCandidates, p);
      narrow.pack_transposed(vectors.slice(rows.begin, rows.end));
      join(narrow, panels_.data() + p * kPanelCandidates * vectors.cols);
    }
  });
}

std::vector<Found> ExactIndex::search(ConstMatrix queries, size_t k, Eligible eligible,
                                      const Deadline& deadline) const {
  check_queries(queries, width());
  if (k == 0) return std::vector<Found>(queries.rows);
  if (const auto ids = few_eligible(eligible)) return search_chosen(queries, vectors_, *ids, k, deadline);
  const auto score_tile = [&](RowRange block, size_t first, Matrix scores) {
    const float* const panels = panels_.data() + first * width();
    if (block.size() == 1) {
      return panel_scores(panels, width(), chunk_count(scores.cols, kPanelCandidates),
                          queries.row(block.begin), scores.row(0));
    }
    const ConstMatrix many = queries.slice(block.begin, block.end);
    for (size_t column = 0; column < scores.cols; column += kPanelCandidates) {
      const size_t count = std::min(kPanelCandidates, scores.cols - column);
      multiply(many, {panels + column * width(), width(), count, kPanelCandidates},
               scores.columns(column, count));
    }
  };
  return search_tiles(queries.rows, size(), k, eligible, deadline, score_tile);
}

}  // namespace shortlist
