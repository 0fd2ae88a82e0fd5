#include "shortlist/metrics/rank_pairs.h"

#include <algorithm>
#include <cmath>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

constexpr size_t kQueriesABlock = 48;             // whose scores stay in a core's own cache
constexpr size_t kFloatsATile = size_t{1} << 15;  // of items, beside them

// Where items do not fit into the caches, a tile of them meets many queries before it goes.
size_t queries_a_task(size_t items) { return kQueriesABlock * std::clamp<size_t>(items / 4096, 1, 8); }

}  // namespace

std::vector<Rank> PairRanker::rank(ThreadPool& pool, const RankedPairs& work) {
  const size_t count = work.items.rows;
  items_.resize(work.items.cols, count);
  constexpr size_t kPanelsATask = 64;
  pool.run(chunk_count(items_.count(), kPanelsATask), [&](size_t i, int) {
    const RowRange panels = chunk_rows(items_.count(), kPanelsATask, i);
    items_.pack_transposed(work.items, panels.begin, panels.end);
  });
  workers_.resize(static_cast<size_t>(pool.threads()));
  std::vector<Rank> ranks(work.item_of_pair.size());
  const size_t queries = queries_a_task(count);
  pool.run(chunk_count(work.queries.rows, queries), [&](size_t i, int worker) {
    rank_block(work, chunk_rows(work.queries.rows, queries, i), ranks, workers_[static_cast<size_t>(worker)]);
  });
  return ranks;
}

void PairRanker::score_own(const RankedPairs& work, RowRange queries, Worker& worker) const {
  const uint32_t first = work.offsets[queries.begin];
  worker.own.resize(work.offsets[queries.end] - first);
  std::vector<uint32_t> positives;
  for (size_t q = queries.begin; q < queries.end; ++q) {
    positives.clear();
    for (uint32_t i = work.offsets[q]; i < work.offsets[q + 1]; ++i)
      positives.push_back(work.item_of_pair[work.pairs[i]]);
    if (positives.empty()) continue;
    worker.positives.pack_transposed(work.items, positives);
    float* to = worker.own.data() + (work.offsets[q] - first);
    multiply(work.queries.slice(q, q + 1), worker.positives,
             Matrix{to, 1, positives.size(), positives.size()});
  }
}

void PairRanker::rank_block(const RankedPairs& work, RowRange queries, std::vector<Rank>& ranks,
                            Worker& worker) const {
  score_own(work, queries, worker);
  const uint32_t first_pair = work.offsets[queries.begin];
  const size_t tile = std::clamp<size_t>(kFloatsATile / Panels::kPanelColumns / items_.inner(), 1, 64);
  const size_t tile_columns = tile * Panels::kPanelColumns;
  worker.scores.reserve(kQueriesABlock * tile_columns);
  for (size_t p = 0; p < items_.count(); p += tile) {
    const size_t first = p * Panels::kPanelColumns, width = std::min(tile_columns, items_.columns() - first);
    for (size_t begin = queries.begin; begin < queries.end; begin += kQueriesABlock) {
      const size_t end = std::min(begin + kQueriesABlock, queries.end);
      const Matrix scores{worker.scores.data() - first, end - begin, items_.columns(), tile_columns};
      multiply(work.queries.slice(begin, end), items_, scores, false, {}, {p, p + tile});
      for (size_t q = begin; q < end; ++q) {
        const std::span<const float> row = {scores.row(q - begin) + first, width};
        for (uint32_t i = work.offsets[q]; i < work.offsets[q + 1]; ++i) {
          const RankCount count = count_greater(row, worker.own[i - first_pair]);
          Rank& rank = ranks[work.pairs[i]];
          rank.greater += static_cast<uint32_t>(count.greater);
          rank.equal += static_cast<uint32_t>(count.equal);
        }
      }
    }
  }
  for (uint32_t i = first_pair; i < work.offsets[queries.end]; ++i) {
    Rank& rank = ranks[work.pairs[i]];
    if (std::isfinite(worker.own[i - first_pair])) {
      rank.equal -= 1;  // its own score
    } else {
      rank = {static_cast<uint32_t>(work.items.rows), 0};
    }
  }
}

}  // namespace shortlist
