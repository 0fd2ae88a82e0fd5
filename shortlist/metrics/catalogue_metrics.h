// Metrics of lists beyond accuracy: how much of the catalogue they show, how evenly, how new it is to people,
// and how different the items of a list are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

// Lists of items, best first. List l has items[offsets[l] .. offsets[l + 1]).
struct ItemLists {
  std::vector<size_t> offsets = {0};
  std::vector<uint32_t> items;

  size_t size() const { return offsets.size() - 1; }
  void add(std::span<const uint32_t> list);
  // The first k items of list l, or all if there are fewer.
  std::span<const uint32_t> first(size_t l, size_t k) const;
};

// The share of the catalogue's items that are among the first k of at least one list. Items are below
// `catalogue`, which is above 0.
double coverage(const ItemLists& lists, size_t k, size_t catalogue);

// The Gini index of how often each item of the catalogue is among the first k: sum of (2 i - n - 1) x_i /
// (n sum of x) with the counts x in ascending order, i from 1 to n. 0: all equally often; near 1: few items
// have all the places. 0 without lists.
double gini(const ItemLists& lists, size_t k, size_t catalogue);

// The mean self-information in bits of the items among the first k, over all places of all lists: -log2 of
// the item's share of the training rows (Zhou et al. 2010). An item without training rows counts as one row
// of weight 1. `weight` has the weight of each item's training rows, with a sum above 0.
double novelty(const ItemLists& lists, size_t k, std::span<const double> weight);

// Intra-list diversity (Ziegler et al. 2005): the mean of distance(a, b) over all pairs of items of a list
// among the first k, averaged over the lists with at least two items. 0 if there are none.
double diversity(const ItemLists& lists, size_t k, FunctionRef<double(uint32_t a, uint32_t b)> distance);

// The same with 1 - cosine of the items' vectors [items, width]. Linear in k. The cosine with a vector of
// zeros is 0.
double vector_diversity(const ItemLists& lists, size_t k, ConstMatrix vectors);

}  // namespace shortlist
