#include "shortlist/retrieval/search_without.h"

#include <algorithm>

namespace shortlist {
namespace {

// Beyond this number of exclusions, a mask is cheaper than searching for that many more items.
constexpr size_t kMostFoundMore = 1024;

std::vector<uint8_t> mask_of(size_t items, Eligible eligible, std::span<const uint32_t> left_out) {
  std::vector<uint8_t> mask(eligible.begin(), eligible.end());
  if (mask.empty()) mask.assign(items, 1);
  for (uint32_t item : left_out) mask[item] = 0;
  return mask;
}

void take_out(std::span<const uint32_t> left_out, size_t k, std::vector<Scored>& best) {
  if (!left_out.empty())
    std::erase_if(best,
                  [&](const Scored& found) { return std::ranges::binary_search(left_out, found.index); });
  best.resize(std::min(best.size(), k));
}

}  // namespace

std::vector<Found> search_without(SearchFunction search, ConstMatrix queries, size_t k, size_t items,
                                  Eligible eligible, LeftOutItems left_out, bool by_mask) {
  if (std::ranges::all_of(left_out, [](const auto& items_out) { return items_out.empty(); }))
    return search(queries, k, eligible);
  const size_t most_more = by_mask ? 0 : kMostFoundMore;
  size_t more = 0;
  for (const auto& out : left_out)
    if (out.size() <= most_more) more = std::max(more, out.size());
  std::vector<Found> found(queries.rows);
  // Searches runs of queries together, between those that are searched with a mask.
  for (size_t begin = 0; begin < queries.rows;) {
    size_t end = begin;
    while (end < queries.rows && left_out[end].size() <= most_more) ++end;
    if (end > begin) {
      std::vector<Found> together = search(queries.slice(begin, end), k + more, eligible);
      for (size_t q = begin; q < end; ++q) {
        found[q] = std::move(together[q - begin]);
        take_out(left_out[q], k, found[q].best);
      }
    }
    if (end < queries.rows) {
      found[end] = search(queries.slice(end, end + 1), k, mask_of(items, eligible, left_out[end])).front();
      ++end;
    }
    begin = end;
  }
  return found;
}

}  // namespace shortlist
