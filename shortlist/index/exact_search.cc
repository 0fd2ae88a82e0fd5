#include "shortlist/index/exact_search.h"

#include <algorithm>
#include <limits>

namespace shortlist {
namespace {

// 1,024 candidates by 96 queries: a block of scores takes a good part of a second-level cache, no more.
constexpr size_t kPanelsATile = 64, kTile = kPanelsATile * Panels::kPanelColumns;
constexpr size_t kQueriesABlock = 96;
// Below this share of eligible candidates they are gathered; above, all are scored and the others left out.
constexpr size_t kGatherBelow = 8;

std::vector<std::vector<Scored>> take_all(std::vector<TopK>& best) {
  std::vector<std::vector<Scored>> all;
  for (TopK& top : best) all.push_back(top.take());
  return all;
}

// Calls block(first query, queries) for blocks of the queries and joins what they return.
template <typename Block>
std::vector<std::vector<Scored>> for_query_blocks(ConstMatrix queries, Block block) {
  std::vector<std::vector<Scored>> found;
  for (size_t begin = 0; begin < queries.rows; begin += kQueriesABlock) {
    for (auto& best : block(queries.slice(begin, std::min(begin + kQueriesABlock, queries.rows))))
      found.push_back(std::move(best));
  }
  return found;
}

std::vector<uint32_t> eligible_ids(Eligible eligible) {
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < eligible.size(); ++i) {
    if (eligible[i]) ids.push_back(static_cast<uint32_t>(i));
  }
  return ids;
}

}  // namespace

std::vector<std::vector<Scored>> search_chosen(ConstMatrix queries, ConstMatrix vectors,
                                               std::span<const uint32_t> chosen, size_t k, Panels& panels) {
  Buffer tile(std::min(queries.rows, kQueriesABlock), std::min(chosen.size(), kTile));
  return for_query_blocks(queries, [&](ConstMatrix block) {
    std::vector<TopK> best(block.rows, TopK(k));
    for (size_t begin = 0; begin < chosen.size(); begin += kTile) {
      const auto ids = chosen.subspan(begin, std::min(kTile, chosen.size() - begin));
      panels.pack_transposed(vectors, ids);
      const Matrix scores = tile.view(block.rows, ids.size());
      multiply(block, panels, scores);
      for (size_t q = 0; q < block.rows; ++q) best[q].push(scores.row_span(q), ids);
    }
    return take_all(best);
  });
}

ExactIndex::ExactIndex(ConstMatrix vectors) : vectors_(vectors) { panels_.pack_transposed(vectors); }

std::vector<std::vector<Scored>> ExactIndex::search(ConstMatrix queries, size_t k, Eligible eligible) const {
  SHORTLIST_CHECK(eligible.empty() || eligible.size() == size());
  if (!eligible.empty() &&
      static_cast<size_t>(std::ranges::count(eligible, 0)) * kGatherBelow > size() * (kGatherBelow - 1)) {
    const std::vector<uint32_t> ids = eligible_ids(eligible);
    Panels panels;
    return search_chosen(queries, vectors_, ids, k, panels);
  }
  Buffer tile(std::min(queries.rows, kQueriesABlock), kTile);
  return for_query_blocks(queries, [&](ConstMatrix block) {
    std::vector<TopK> best(block.rows, TopK(k));
    for (size_t p = 0; p < panels_.count(); p += kPanelsATile) {
      const size_t first = p * Panels::kPanelColumns, count = std::min(kTile, size() - first);
      const Matrix scores{tile.data() - first, block.rows, size(), kTile};
      multiply(block, panels_, scores, false, {}, {p, p + kPanelsATile});
      for (size_t q = 0; q < block.rows; ++q) {
        float* row = scores.row(q) + first;
        for (size_t i = 0; !eligible.empty() && i < count; ++i) {
          if (!eligible[first + i]) row[i] = std::numeric_limits<float>::quiet_NaN();  // never kept
        }
        best[q].push({row, count}, static_cast<uint32_t>(first));
      }
    }
    return take_all(best);
  });
}

}  // namespace shortlist
