// Ranks (query, item) pairs among all items and among those that the query's user has not seen. The score
// matrix is computed in tiles and never stored as a whole.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/math/product.h"
#include "shortlist/metrics/rank_metrics.h"
#include "shortlist/metrics/seen_items.h"

namespace shortlist {

struct RankedPairs {
  ConstMatrix queries;  // [U, D]
  ConstMatrix items;    // [N, D]
  // Query u has pairs[offsets[u] .. offsets[u + 1]). item_of_pair is each pair's item.
  std::span<const uint32_t> offsets, pairs;
  // N or more: the item is not in the catalogue and ranks last.
  std::span<const uint32_t> item_of_pair;
  // If both are given, ranks are also counted among the items that a query's user has not seen.
  std::span<const uint32_t> user_of_query;
  const SeenItems* seen = nullptr;
};

struct PairRanks {
  std::vector<Rank> all;     // one per pair
  std::vector<Rank> unseen;  // the same without seen items; a seen item itself ranks last
};

// Reuses its memory across calls.
class PairRanker {
 public:
  // A pair is scored by the same product as its competitors, since a sum in another order could change its
  // rank.
  PairRanks rank(ThreadPool& pool, const RankedPairs& work);

 private:
  struct Worker {
    Panels positives;
    Buffer scores;
    std::vector<float> own;
    std::vector<float> seen;  // scores of the seen items in a tile
  };
  void score_own(const RankedPairs& work, RowRange queries, Worker& worker) const;
  void rank_block(const RankedPairs& work, RowRange queries, PairRanks& ranks, Worker& worker) const;
  void finish(const RankedPairs& work, RowRange queries, PairRanks& ranks, const Worker& worker) const;

  Panels items_;
  std::vector<Worker> workers_;
};

}  // namespace shortlist
