#include "shortlist/retrieval/retriever.h"

#include <algorithm>
#include <limits>

namespace shortlist {
namespace {

// Number of scores in memory at once.
constexpr size_t kScoresABlock = size_t{1} << 20;

QueryBatch part_of(const QueryBatch& queries, size_t begin, size_t end) {
  const auto part = [&](auto span) { return span.empty() ? span : span.subspan(begin, end - begin); };
  return {.rows = end - begin,
          .features = queries.features,
          .feature_rows = part(queries.feature_rows),
          .vectors = queries.vectors.rows == 0 ? queries.vectors : queries.vectors.slice(begin, end),
          .users = part(queries.users),
          .histories = part(queries.histories),
          .deadline = queries.deadline};
}

// Calls use(first, scores) for blocks of queries, from `first` on.
template <typename Use>
void score_blocks(const Retriever& retriever, const QueryBatch& queries, Use use) {
  const size_t items = retriever.items();
  const size_t block = std::clamp<size_t>(kScoresABlock / std::max<size_t>(1, items), 1, queries.rows);
  Buffer memory(block, items);
  for (size_t begin = 0; begin < queries.rows; begin += block) {
    queries.deadline.check();
    const size_t end = std::min(begin + block, queries.rows);
    const Matrix scores = memory.view(end - begin, items);
    retriever.score_all(part_of(queries, begin, end), scores);
    use(begin, scores);
  }
}

}  // namespace

std::vector<float> Retriever::score_pairs(const QueryBatch& queries, std::span<const uint32_t> query,
                                          std::span<const uint32_t> item) const {
  std::vector<float> result(query.size());
  if (queries.rows == 0) return result;
  score_blocks(*this, queries, [&](size_t first, Matrix scores) {
    for (size_t i = 0; i < query.size(); ++i)
      if (query[i] >= first && query[i] < first + scores.rows) result[i] = scores(query[i] - first, item[i]);
  });
  return result;
}

std::vector<Found> Retriever::retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                                       LeftOutItems left_out) const {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  std::vector<Found> found;
  if (queries.rows == 0) return found;
  score_blocks(*this, queries, [&](size_t first, Matrix scores) {
    for (size_t q = 0; q < scores.rows; ++q) {
      const std::span<float> row = scores.row_span(q);
      for (size_t i = 0; i < eligible.size(); ++i)
        if (!eligible[i]) row[i] = kNone;
      for (uint32_t item : left_out[first + q]) row[item] = kNone;
      TopK best(std::min(k, row.size()));
      best.push(row, 0);
      found.push_back({best.take(), true});
    }
  });
  return found;
}

std::vector<Explanation> Retriever::explain(const QueryBatch&, std::span<const uint32_t>,
                                            const Deadline&) const {
  return {};
}

}  // namespace shortlist
