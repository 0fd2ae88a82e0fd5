// Exact search: scores every candidate, one tile of scores at a time, which fits in a core's own cache.
#pragma once

#include <optional>

#include "shortlist/base/threads.h"
#include "shortlist/index/index.h"
#include "shortlist/math/product.h"

namespace shortlist {

// Fills scores[q, i] with the score of query queries.begin + q and candidate first + i. `first` is a multiple
// of kTileColumns. Elements of a row past the last candidate, up to such a multiple, may be overwritten.
using ScoreTile = FunctionRef<void(RowRange queries, size_t first, Matrix scores)>;
constexpr size_t kTileColumns = 1024;
// Stride between rows of a tile: a power of two would map all rows to the same few cache sets.
constexpr size_t kTileStride = kTileColumns + 16;

// Receives the scores of query `query` for the candidates starting at `first`. A NaN score is not eligible.
using TakeScores = FunctionRef<void(size_t query, size_t first, std::span<const float> scores)>;

// Passes on all scores, one row of a tile at a time. Checks the deadline every few tiles.
void score_tiles(size_t queries, size_t candidates, Eligible eligible, const Deadline& deadline,
                 ScoreTile score_tile, TakeScores take);
// One empty TopK for each query, in memory that the thread reuses between searches: valid until its next
// call.
std::span<TopK> kept_top_k(size_t queries, size_t k);
// Pushes the scores of query q to best[q].
void score_tiles(size_t candidates, Eligible eligible, const Deadline& deadline, ScoreTile score_tile,
                 std::span<TopK> best);
// The best k of `candidates` for each query.
std::vector<Found> search_tiles(size_t queries, size_t candidates, size_t k, Eligible eligible,
                                const Deadline& deadline, ScoreTile score_tile);

// The best k of the chosen rows of vectors[n, width], for one query or for many.
Found search_chosen(std::span<const float> query, ConstMatrix vectors, std::span<const uint32_t> chosen,
                    size_t k, const Deadline& deadline = {});
std::vector<Found> search_chosen(ConstMatrix queries, ConstMatrix vectors, std::span<const uint32_t> chosen,
                                 size_t k, const Deadline& deadline = {});

// The ids of the eligible candidates if they are so few that gathering them is faster than scoring all;
// otherwise nullopt.
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
