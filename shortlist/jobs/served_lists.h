// The lists that queries would be answered with, made as the Recommender makes them, to measure them: what is
// evaluated is what is served.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/metrics/rank_metrics.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/towers.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

struct ListModel {
  const Config& config;
  const Retriever& retriever;
  Towers* towers;       // packed for forward passes; null for a model without
  const Dataset& data;  // whose items are those of the catalogue
  ThreadPool& pool;
};

// Rows that were measured, and where each row's item is in the list of its query, by order. An item that the
// list does not have ranks behind all.
struct ListPlaces {
  std::vector<uint32_t> rows;
  std::vector<std::vector<Rank>> places;  // [order][row]
};

// Lists of exact search, however the bundle searches, at least `depth` items long. Of very many queries only
// some, at even distances, are measured. With `drop_seen` lists leave out what the query's user has seen.
ListPlaces list_places(const ListModel& model, std::span<const uint32_t> rows, size_t depth, bool drop_seen,
                       std::span<const ServedOrder> orders);

}  // namespace shortlist
