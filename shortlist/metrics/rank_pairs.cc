#include "shortlist/metrics/rank_pairs.h"

#include <algorithm>
#include <limits>

#include "shortlist/math/elementwise.h"
#include "shortlist/metrics/query_scores.h"

namespace shortlist {
namespace {

constexpr size_t kQueriesABlock = 48;             // so that their scores fit a core's own cache
constexpr size_t kFloatsATile = size_t{1} << 15;  // of items, in the same cache

// If the items do not fit the caches, each tile of them is used for many queries while it is cached.
size_t queries_a_task(size_t items) { return kQueriesABlock * std::clamp<size_t>(items / 4096, 1, 8); }

}  // namespace

PairRanks PairRanker::rank(ThreadPool& pool, const RankedPairs& work) {
  const size_t count = work.items.rows;
  items_.resize(work.items.cols, count);
  constexpr size_t kPanelsATask = 64;
  pool.run(chunk_count(items_.count(), kPanelsATask), [&](size_t i, int) {
    const RowRange panels = chunk_rows(items_.count(), kPanelsATask, i);
    items_.pack_transposed(work.items, panels.begin, panels.end);
  });
  workers_.resize(static_cast<size_t>(pool.threads()));
  PairRanks ranks{std::vector<Rank>(work.item_of_pair.size()), {}};
  if (work.seen != nullptr) ranks.unseen.resize(work.item_of_pair.size());
  const size_t queries = queries_a_task(count);
  pool.run(chunk_count(work.queries.rows, queries), [&](size_t i, int worker) {
    rank_block(work, chunk_rows(work.queries.rows, queries, i), ranks, workers_[static_cast<size_t>(worker)]);
  });
  return ranks;
}

void PairRanker::score_own(const RankedPairs& work, RowRange queries, Worker& worker) const {
  const uint32_t first = work.offsets[queries.begin];
  worker.own.assign(work.offsets[queries.end] - first, std::numeric_limits<float>::quiet_NaN());
  std::vector<uint32_t> positives, places;
  std::vector<float> scores;
  for (size_t q = queries.begin; q < queries.end; ++q) {
    positives.clear();
    places.clear();
    for (uint32_t i = work.offsets[q]; i < work.offsets[q + 1]; ++i) {
      const uint32_t item = work.item_of_pair[work.pairs[i]];
      if (item >= work.items.rows) continue;
      positives.push_back(item);
      places.push_back(i - first);
    }
    if (positives.empty()) continue;
    worker.positives.pack_transposed(work.items, positives);
    scores.resize(positives.size());
    multiply(work.queries.slice(q, q + 1), worker.positives,
             Matrix{scores.data(), 1, positives.size(), positives.size()});
    for (size_t p = 0; p < places.size(); ++p) worker.own[places[p]] = scores[p];
  }
}

void PairRanker::rank_block(const RankedPairs& work, RowRange queries, PairRanks& ranks,
                            Worker& worker) const {
  score_own(work, queries, worker);
  const uint32_t first_pair = work.offsets[queries.begin];
  const size_t tile = std::clamp<size_t>(kFloatsATile / Panels::kPanelColumns / items_.inner(), 1, 64);
  const size_t tile_columns = tile * Panels::kPanelColumns;
  worker.scores.reserve(kQueriesABlock * tile_columns);
  const auto add_counts = [&](std::span<const float> row, size_t q, std::vector<Rank>& to) {
    for (uint32_t i = work.offsets[q]; i < work.offsets[q + 1]; ++i) {
      const RankCount count = count_greater(row, worker.own[i - first_pair]);
      Rank& rank = to[work.pairs[i]];
      rank.greater += static_cast<uint32_t>(count.greater);
      rank.equal += static_cast<uint32_t>(count.equal);
    }
  };
  for (size_t p = 0; p < items_.count(); p += tile) {
    const size_t first = p * Panels::kPanelColumns, width = std::min(tile_columns, items_.columns() - first);
    for (size_t begin = queries.begin; begin < queries.end; begin += kQueriesABlock) {
      const size_t end = std::min(begin + kQueriesABlock, queries.end);
      const Matrix scores{worker.scores.data() - first, end - begin, items_.columns(), tile_columns};
      multiply(work.queries.slice(begin, end), items_, scores, false, {}, {p, p + tile});
      for (size_t q = begin; q < end; ++q) {
        const float* row = scores.row(q - begin);
        add_counts({row + first, width}, q, ranks.all);
        if (ranks.unseen.empty()) continue;
        // `unseen` temporarily counts the seen items; finish() subtracts them.
        const std::span<const uint32_t> seen = work.seen->of(work.user_of_query[q]);
        worker.seen.clear();
        for (auto at = std::ranges::lower_bound(seen, first); at != seen.end() && *at < first + width; ++at)
          worker.seen.push_back(row[*at]);
        if (!worker.seen.empty()) add_counts(worker.seen, q, ranks.unseen);
      }
    }
  }
  finish(work, queries, ranks, worker);
}

void PairRanker::finish(const RankedPairs& work, RowRange queries, PairRanks& ranks,
                        const Worker& worker) const {
  const size_t items = work.items.rows;
  const uint32_t first_pair = work.offsets[queries.begin];
  for (size_t q = queries.begin; q < queries.end; ++q) {
    for (uint32_t i = work.offsets[q]; i < work.offsets[q + 1]; ++i) {
      const uint32_t pair = work.pairs[i];
      const ScoredItem own{work.item_of_pair[pair], worker.own[i - first_pair]};
      Rank& all = ranks.all[pair];
      all = rank_among_all(all, own, items);
      if (ranks.unseen.empty()) continue;
      const bool is_seen = std::ranges::binary_search(work.seen->of(work.user_of_query[q]), own.item);
      Rank& unseen = ranks.unseen[pair];
      unseen = rank_among_unseen(all, unseen, is_seen, own, items);
    }
  }
}

}  // namespace shortlist
