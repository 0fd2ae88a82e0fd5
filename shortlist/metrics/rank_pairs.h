// Ranks of pairs of a query and an item among all items, and among those that the query's user has not seen,
// as one product in tiles that is counted and never held.
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
  // The pairs of query u are pairs[offsets[u] .. offsets[u + 1]), and each pair's item.
  std::span<const uint32_t> offsets, pairs;
  // At or beyond N: an item that is not in the catalogue, which ranks behind all.
  std::span<const uint32_t> item_of_pair;
  // With both, ranks are also counted among the items that a query's user has not seen.
  std::span<const uint32_t> user_of_query;
  const SeenItems* seen = nullptr;
};

struct PairRanks {
  std::vector<Rank> all;     // one for each pair
  std::vector<Rank> unseen;  // the same with seen items left out; a seen item itself ranks behind all
};

// Keeps its memory from call to call.
class PairRanker {
 public:
  // A pair is scored by the same product as its rivals: a sum in another order would
  // move its rank.
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
