// Exact search: every candidate is scored, a tile of scores at a time, which stays in a core's own cache.
#pragma once

#include <optional>

#include "shortlist/base/threads.h"
#include "shortlist/index/index.h"
#include "shortlist/math/product.h"

namespace shortlist {

// Fills scores[q, i] with the score of query queries.begin + q and candidate first + i. `first` is a multiple
// of kTileColumns; what lies in a row past the last candidate, up to such a multiple, may be written.
using ScoreTile = FunctionRef<void(RowRange queries, size_t first, Matrix scores)>;
constexpr size_t kTileColumns = 1024;
// From a tile's row to the next: a power of two would lay all rows into the same few sets of a cache.
constexpr size_t kTileStride = kTileColumns + 16;

// Takes the scores of query `query` and the candidates from `first` on; one that is no number is not
// eligible.
using TakeScores = FunctionRef<void(size_t query, size_t first, std::span<const float> scores)>;

// Shows all scores, a tile's row at a time. Looks at the deadline every few tiles.
void score_tiles(size_t queries, size_t candidates, Eligible eligible, const Deadline& deadline,
                 ScoreTile score_tile, TakeScores take);
// One for each query, as if new, but with memory that the thread keeps from search to search: valid until its
// next call.
std::span<TopK> kept_top_k(size_t queries, size_t k);
// Shows best[q] those of query q.
void score_tiles(size_t candidates, Eligible eligible, const Deadline& deadline, ScoreTile score_tile,
                 std::span<TopK> best);
// The best k of `candidates` for each of so many queries.
std::vector<Found> search_tiles(size_t queries, size_t candidates, size_t k, Eligible eligible,
                                const Deadline& deadline, ScoreTile score_tile);

// The best k of the chosen rows of vectors[n, width], for one query and for each of many.
Found search_chosen(std::span<const float> query, ConstMatrix vectors, std::span<const uint32_t> chosen,
                    size_t k, const Deadline& deadline = {});
std::vector<Found> search_chosen(ConstMatrix queries, ConstMatrix vectors, std::span<const uint32_t> chosen,
                                 size_t k, const Deadline& deadline = {});

// Where so few are eligible that to gather them is faster than to score all: their ids. Else none.
std::optional<std::vector<uint32_t>> few_eligible(Eligible eligible);

// Candidates in float32.
class ExactIndex : public Index {
 public:
  // vectors[n, width] must outlive it. Throws a data Error for a vector that is not finite.
  ExactIndex(ConstMatrix vectors, ThreadPool& pool);

  size_t size() const override { return vectors_.rows; }
  size_t width() const override { return vectors_.cols; }
  std::vector<Found> search(ConstMatrix queries, size_t k, Eligible eligible = {},
                            const Deadline& deadline = {}) const override;

 private:
  ConstMatrix vectors_;
  Buffer panels_;  // panel_kernels.h
};

}  // namespace shortlist
