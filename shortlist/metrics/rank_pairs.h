// Ranks of pairs of a query and an item among all items, as one product in tiles that is counted and never
// held.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/math/product.h"
#include "shortlist/metrics/rank_metrics.h"

namespace shortlist {

struct RankedPairs {
  ConstMatrix queries;  // [U, D]
  ConstMatrix items;    // [N, D]
  // The pairs of query u are pairs[offsets[u] .. offsets[u + 1]), and each pair's item.
  std::span<const uint32_t> offsets, pairs;
  std::span<const uint32_t> item_of_pair;
};

// Keeps its memory from call to call.
class PairRanker {
 public:
  // One rank for each pair. A pair is scored by the same product as its rivals: a sum in another order would
  // move its rank.
  std::vector<Rank> rank(ThreadPool& pool, const RankedPairs& work);

 private:
  struct Worker {
    Panels positives;
    Buffer scores;
    std::vector<float> own;
  };
  void score_own(const RankedPairs& work, RowRange queries, Worker& worker) const;
  void rank_block(const RankedPairs& work, RowRange queries, std::vector<Rank>& ranks, Worker& worker) const;

  Panels items_;
  std::vector<Worker> workers_;
};

}  // namespace shortlist
