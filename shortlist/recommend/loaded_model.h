// The data for answering queries that is derived once from a loaded bundle.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/bundle/bundle.h"
#include "shortlist/interactions/user_histories.h"
#include "shortlist/metrics/seen_items.h"
#include "shortlist/recommend/history_name.h"
#include "shortlist/recommend/item_filter.h"
#include "shortlist/recommend/known_users.h"
#include "shortlist/recommend/query_context.h"
#include "shortlist/recommend/query_histories.h"
#include "shortlist/recommend/session_pool.h"

namespace shortlist {

struct LoadedModel {
  explicit LoadedModel(Bundle loaded);
  LoadedModel(const LoadedModel&) = delete;

  const Retriever& retriever() const { return *bundle.retriever; }
  size_t items() const { return bundle.items.ids.size(); }

  const Bundle bundle;
  const ModelFeatures features;
  const std::vector<std::string> query_columns, history_columns, candidate_columns;
  const std::vector<std::string> attribute_names;
  const ItemFilter filter;
  const KnownUsers users;
  const SeenItems seen;        // of these users, in the training rows
  const UserHistories taken;   // the same oldest first, if the retriever reads users
  const QueryHistories given;  // what queries give
  const QueryContext context;
  std::optional<SessionPool> sessions;  // only for a model with towers
};

}  // namespace shortlist
