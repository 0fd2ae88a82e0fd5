// Items that are excluded for individual queries of a batch, in addition to those excluded for all: what the
// query's user has seen, and what the request excludes for the query.
#pragma once

#include <span>
#include <vector>

#include "shortlist/features/feature_map.h"
#include "shortlist/features/history.h"
#include "shortlist/metrics/seen_items.h"
#include "shortlist/recommend/distinct_rows.h"
#include "shortlist/recommend/item_filter.h"
#include "shortlist/recommend/known_users.h"

namespace shortlist {

struct LeftOut {
  std::vector<std::span<const uint32_t>> items;  // for each distinct query, ascending
  std::vector<std::vector<uint32_t>> memory;     // storage for some of `items`
  // For each distinct query, as in QueryBatch. Empty unless the retriever reads users.
  std::vector<uint32_t> users;
  std::vector<std::span<const uint32_t>> histories;
};

// The items in the histories that each query gives.
class GivenHistories {
 public:
  // `features` are those of the query; `queries` are as they were asked. Both must outlive it.
  GivenHistories(const FeatureMap& features, const std::vector<Column>& queries);
  std::vector<uint32_t> items(size_t row) const;

 private:
  struct Given {
    const HistoryFeature* feature;
    const Column* column;
  };
  std::vector<Given> given_;
};

// `seen` has the items of the users in the training rows; the items of a given history are left out with
// them. Queries with equal features are treated as different, and `distinct` gets more rows, if they exclude
// different items, or have different users and the retriever reads users.
LeftOut leave_out(const RecommendOptions& options, const Bundle& bundle, const KnownUsers& users,
                  const SeenItems& seen, const GivenHistories& given, const ItemFilter& filter,
                  const std::vector<Column>& queries, DistinctRows& distinct);

}  // namespace shortlist
