// Searches stop within a few tiles once their caller stops waiting.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "shortlist/index/bf16_index.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/index/int8_index.h"
#include "shortlist/testing/vectors.h"

namespace shortlist {
namespace {

TEST(SearchDeadline, EndsASearchBetweenItsTiles) {
  constexpr size_t kCandidates = 100 * kTileColumns;
  std::atomic<bool> gone = false;
  const Deadline deadline(Deadline::Clock::time_point::max(), {&gone, nullptr});
  size_t tiles = 0;
  const auto score_tile = [&](RowRange, size_t, Matrix scores) {
    for (size_t q = 0; q < scores.rows; ++q) std::ranges::fill(scores.row_span(q), 0.f);
    if (++tiles == 20) gone = true;
  };
  EXPECT_THROW(search_tiles(2, kCandidates, 5, {}, deadline, score_tile), DeadlinePassed);
  EXPECT_LT(tiles, 30u);
  gone = false;
  EXPECT_EQ(search_tiles(2, kCandidates, 5, {}, deadline, score_tile).front().best.size(), 5u);
}

TEST(SearchDeadline, IsKeptByEveryIndex) {
  ThreadPool pool(1);
  const testing::Vectors vectors = testing::normal_vectors(3'000, 8, "vectors"),
                         queries = testing::normal_vectors(2, 8, "queries");
  const ConstMatrix rows = vectors.view(), asked = queries.view();
  std::atomic<bool> gone = true;
  const Deadline cancelled(Deadline::Clock::time_point::max(), {&gone, nullptr});
  const ExactIndex exact(rows, pool);
  const Bf16Index bf16(rows, pool);
  const Int8Index int8(rows, pool);
  const Hnsw hnsw(rows, {}, pool);
  for (const Index* index : std::initializer_list<const Index*>{&exact, &bf16, &int8, &hnsw}) {
    EXPECT_THROW(index->search(asked, 3, {}, cancelled), DeadlinePassed);
    std::vector<uint8_t> few(3'000);
    few[7] = few[8] = 1;
    EXPECT_THROW(index->search(asked, 3, few, cancelled), DeadlinePassed);
    EXPECT_EQ(index->search(asked, 3).front().best.size(), 3u);
  }
}

}  // namespace
}  // namespace shortlist
