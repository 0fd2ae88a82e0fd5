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
  std::vector<std::vector<uint32_t>> memory;     // what some of them look at
};

// `seen` has the items of the users in the training rows. Tells queries apart that are equal to the model but
// leave other items out: then `distinct` has more rows.
LeftOut leave_out(const RecommendOptions& options, const Bundle& bundle, const KnownUsers& users,
                  const SeenItems& seen, const ItemFilter& filter, const std::vector<Column>& queries,
                  DistinctRows& distinct);

}  // namespace shortlist
