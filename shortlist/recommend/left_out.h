// Items that are excluded for individual queries of a batch, in addition to those excluded for all: what the
// query's user has seen, and what the request excludes for the query.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "shortlist/recommend/distinct_rows.h"
#include "shortlist/recommend/loaded_model.h"
#include "shortlist/recommend/recommend_options.h"

namespace shortlist {

struct LeftOut {
  std::vector<std::span<const uint32_t>> items;  // for each distinct query, ascending
  std::vector<std::vector<uint32_t>> memory;     // storage for some of `items`
  // For each distinct query, as in QueryBatch. Empty unless the retriever reads users.
  std::vector<uint32_t> users;
  std::vector<QueryHistory> histories;
  std::deque<std::vector<uint32_t>> given;  // storage for those that queries give
};

// Leaves out the items that users have in the training rows, and those of given histories. Queries with equal
// features are treated as different, and `distinct` gets more rows, if they exclude different items, or have
// different users or histories and the retriever reads users. The model must outlive the result.
LeftOut leave_out(const RecommendOptions& options, const LoadedModel& model,
                  const std::vector<Column>& queries, DistinctRows& distinct);

}  // namespace shortlist
