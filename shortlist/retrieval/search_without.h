// Searches for the best items of queries, each with its own excluded items.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/index/index.h"

namespace shortlist {

// The excluded items of each query of a batch, ascending.
using LeftOutItems = std::span<const std::span<const uint32_t>>;

// Has the contract of Index::search().
using SearchFunction = FunctionRef<std::vector<Found>(ConstMatrix queries, size_t k, Eligible eligible)>;

// The best k of each query that are eligible and not in left_out[query]. With `by_mask`, a query with
// excluded items is searched on its own, so that the result of an approximate index does not depend on the
// other queries of the batch.
std::vector<Found> search_without(SearchFunction search, ConstMatrix queries, size_t k, size_t items,
                                  Eligible eligible, LeftOutItems left_out, bool by_mask);

}  // namespace shortlist
