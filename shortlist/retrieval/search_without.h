// Searches for the best items of queries of which each leaves out items of its own.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/index/index.h"

namespace shortlist {

// The items that each query of a batch does not get, ascending.
using LeftOutItems = std::span<const std::span<const uint32_t>>;

// Finds as Index::search().
using SearchFunction = FunctionRef<std::vector<Found>(ConstMatrix queries, size_t k, Eligible eligible)>;

// The best k of each query that are eligible and not among left_out[query]. With `by_mask` each query with
// items left out is searched by itself: then the answer of an approximate index does not depend on the other
// queries of the batch.
std::vector<Found> search_without(SearchFunction search, ConstMatrix queries, size_t k, size_t items,
                                  Eligible eligible, LeftOutItems left_out, bool by_mask);

}  // namespace shortlist
