#include "shortlist/jobs/rank_rows.h"

#include <algorithm>

#include "shortlist/learners/query_blocks.h"
#include "shortlist/metrics/query_scores.h"

namespace shortlist {
namespace {

// Maximum number of scores in memory.
constexpr size_t kScoresABlock = size_t{1} << 18;

// The rows of each distinct query, queries in order of first appearance.
struct RowsByQuery {
  std::vector<uint32_t> queries;
  std::vector<std::vector<uint32_t>> positions;  // positions of its rows in the result
};

RowsByQuery group(const Dataset& data, std::span<const uint32_t> rows) {
  RowsByQuery groups;
  std::vector<uint32_t> place(data.queries.rows, UINT32_MAX);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    uint32_t& at = place[data.query_of_row[rows[i]]];
    if (at == UINT32_MAX) {
      at = static_cast<uint32_t>(groups.queries.size());
      groups.queries.push_back(data.query_of_row[rows[i]]);
      groups.positions.emplace_back();
    }
    groups.positions[at].push_back(i);
  }
  return groups;
}

class RowRanker {
 public:
  RowRanker(const Dataset& data, std::span<const uint32_t> rows, PairRanks& ranks)
      : data_(data), rows_(rows), ranks_(ranks) {}

  // Ranks the rows of one query, given the scores of all items. Queries may be ranked on different threads.
  void rank(std::span<const float> scores, std::span<const uint32_t> positions,
            std::span<const uint32_t> seen) const {
    const QueryScores of_query(scores, seen);
    for (uint32_t at : positions) {
      const ItemRanks item = of_query.rank(data_.item_of_candidate[data_.candidate_of_row[rows_[at]]]);
      ranks_.all[at] = item.all;
      if (!ranks_.unseen.empty()) ranks_.unseen[at] = item.unseen;
    }
  }

 private:
  const Dataset& data_;
  std::span<const uint32_t> rows_;
  PairRanks& ranks_;
};

}  // namespace

PairRanks rank_rows(const Retriever& retriever, const Towers* towers, const Dataset& data,
                    std::span<const uint32_t> rows, ThreadPool& pool) {
  PairRanks ranks{std::vector<Rank>(rows.size()), {}};
  if (!data.user_of_query.empty()) ranks.unseen.resize(rows.size());
  const RowsByQuery groups = group(data, rows);
  const RowRanker ranker(data, rows, ranks);
  const size_t block = std::clamp<size_t>(kScoresABlock / std::max<size_t>(1, retriever.items()), 1, 64);
  QueryBlocks blocks(retriever, towers, data, pool);
  Buffer memory(block, retriever.items());
  for (size_t begin = 0; begin < groups.queries.size(); begin += block) {
    const size_t end = std::min(begin + block, groups.queries.size());
    const Matrix scores = memory.view(end - begin, retriever.items());
    retriever.score_all(blocks.of(std::span(groups.queries).subspan(begin, end - begin)), scores);
    pool.run(end - begin, [&](size_t q, int) {
      const uint32_t query = groups.queries[begin + q];
      ranker.rank(
          scores.row_span(q), groups.positions[begin + q],
          data.user_of_query.empty() ? std::span<const uint32_t>() : data.seen.of(data.user_of_query[query]));
    });
  }
  return ranks;
}

}  // namespace shortlist
