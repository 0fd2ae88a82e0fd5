#include "shortlist/train/distinct_pairs.h"

#include <numeric>

namespace shortlist {
namespace {

constexpr uint32_t kAbsent = UINT32_MAX;

// Numbers in order of first appearance. place[n] is the position of n in the result.
std::vector<uint32_t> first_appearances(std::span<const uint32_t> numbers, size_t bound,
                                        std::vector<uint32_t>& place) {
  std::vector<uint32_t> members;
  place.assign(bound, kAbsent);
  for (uint32_t n : numbers) {
    if (place[n] != kAbsent) continue;
    place[n] = static_cast<uint32_t>(members.size());
    members.push_back(n);
  }
  return members;
}

}  // namespace

DistinctPairs distinct_pairs(const Dataset& data, std::span<const uint32_t> rows) {
  DistinctPairs out;
  std::vector<uint32_t> pair_of_row, place;
  pair_of_row.reserve(rows.size());
  for (uint32_t row : rows) pair_of_row.push_back(data.pair_of_row[row]);
  out.pairs = first_appearances(pair_of_row, data.pair_query.size(), place);
  out.pair_of_row.reserve(rows.size());
  for (uint32_t pair : pair_of_row) out.pair_of_row.push_back(place[pair]);
  std::vector<uint32_t> query_of_pair;
  for (uint32_t pair : out.pairs) query_of_pair.push_back(data.pair_query[pair]);
  out.queries = first_appearances(query_of_pair, data.queries.rows, place);
  for (uint32_t query : query_of_pair) out.query_of_pair.push_back(place[query]);
  out.offsets.assign(out.queries.size() + 1, 0);
  for (uint32_t query : out.query_of_pair) ++out.offsets[query + 1];
  std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
  std::vector<uint32_t> next(out.offsets.begin(), out.offsets.end() - 1);
  out.pairs_of_query.resize(out.pairs.size());
  for (uint32_t i = 0; i < out.pairs.size(); ++i) out.pairs_of_query[next[out.query_of_pair[i]]++] = i;
  return out;
}

}  // namespace shortlist
