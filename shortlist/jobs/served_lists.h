// The lists that queries would get, made as the Recommender makes them, so that evaluation measures what is
// served.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/config/config.h"
#include "shortlist/metrics/catalogue_metrics.h"
#include "shortlist/metrics/rank_metrics.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/towers.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

struct ListModel {
  const Config& config;
  const Retriever& retriever;
  Towers* towers;       // packed for forward passes; null for a model without towers
  const Dataset& data;  // its items are those of the catalogue
  ThreadPool& pool;
};

// The lists of the rows' distinct queries.
struct ServedLists {
  std::vector<uint32_t> rows;             // that were measured
  std::vector<std::vector<Rank>> places;  // [order][row], the rank of each row's item in the list of its
                                          // query. An item that is not in the list ranks behind all others.
  std::vector<uint32_t> queries;
  ItemLists lists;  // one per query, in the first order, each cut at `depth` items
};

// Lists come from exact search, whatever the bundle's index, and have at least `depth` items if there are so
// many. If there are very many queries, an evenly spaced sample is measured. With `drop_seen`, lists leave
// out the items that the query's user has seen.
ServedLists served_lists(const ListModel& model, std::span<const uint32_t> rows, size_t depth, bool drop_seen,
                         std::span<const ServedOrder> orders);

}  // namespace shortlist
