// Items that a query of a batch does not get, beside those that no query gets: what its user has seen, and
// what the request excludes for it.
#pragma once

#include <span>
#include <vector>

#include "shortlist/metrics/seen_items.h"
#include "shortlist/recommend/distinct_rows.h"
#include "shortlist/recommend/item_filter.h"
#include "shortlist/recommend/known_users.h"

namespace shortlist {

struct LeftOut {
  std::vector<std::span<const uint32_t>> items;  // of each distinct query, ascending
  std::vector<std::vector<uint32_t>> memory;     // what some of them view
  // For a retriever that reads users, else empty: of each distinct query, as QueryBatch has them.
  std::vector<uint32_t> users;
  std::vector<std::span<const uint32_t>> histories;
};

// `seen` has the items of the users in the training rows. Tells queries apart whose features are equal but
// that leave other items out, or are of other users where the retriever reads these: then `distinct` has more
// rows.
LeftOut leave_out(const RecommendOptions& options, const Bundle& bundle, const KnownUsers& users,
                  const SeenItems& seen, const ItemFilter& filter, const std::vector<Column>& queries,
                  DistinctRows& distinct);

}  // namespace shortlist
