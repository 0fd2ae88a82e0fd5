#include "shortlist/train/epoch_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "shortlist/base/error.h"
#include "shortlist/base/threads.h"

namespace shortlist {
namespace {

// 100 rows, of which 90 are for training; row r has the group r % 7, so groups have 12 or 13 of these.
struct Grouped {
  std::vector<uint32_t> group, train;
  Grouped() {
    for (uint32_t r = 0; r < 100; ++r) group.push_back(r % 7);
    for (uint32_t r = 5; r < 95; ++r) train.push_back(r);
  }
  RowBlock block() const { return {.list_of_row = group, .train = train}; }
};

TEST(EpochRows, WithoutGroupsAreTheShuffledRowsInEqualBatches) {
  const Grouped grouped;
  const EpochRows epoch = epoch_rows(grouped.block(), {}, 40, 3, 1);
  EXPECT_EQ(epoch.rows, row_order(grouped.block(), 0, 1, 3, 1));
  EXPECT_EQ(epoch.cuts, (std::vector<size_t>{0, 40, 80, 90}));
}

TEST(EpochRows, KeepTheRowsOfAGroupInOneBatch) {
  const Grouped grouped;
  for (uint64_t number = 0; number < 5; ++number) {
    const EpochRows epoch = epoch_rows(grouped.block(), {.whole = true}, 20, 3, number);
    std::vector<uint32_t> sorted = epoch.rows;
    std::ranges::sort(sorted);
    EXPECT_EQ(sorted, grouped.train);
    std::map<uint32_t, std::set<size_t>> batches_of_group;
    for (size_t b = 0; b < epoch.batches(); ++b)
      for (const uint32_t row : epoch.batch(b)) batches_of_group[row % 7].insert(b);
    for (const auto& [group, batches] : batches_of_group) EXPECT_EQ(batches.size(), 1u) << group;
    EXPECT_EQ(epoch.batches(), chunk_count(90, 20));
  }
}

TEST(EpochRows, AreAPureFunctionOfSeedAndEpoch) {
  const Grouped grouped;
  const GroupOrder whole{.whole = true};
  const auto rows = [&](uint64_t seed, uint64_t epoch) {
    return epoch_rows(grouped.block(), whole, 20, seed, epoch).rows;
  };
  EXPECT_EQ(rows(3, 1), rows(3, 1));
  EXPECT_NE(rows(3, 1), rows(3, 2));
  EXPECT_NE(rows(3, 1), rows(4, 1));
}

TEST(EpochRows, SampleRowsOfEachGroupAnewForEachEpoch) {
  const Grouped grouped;
  const GroupOrder some{.whole = true, .most_rows = 4};
  std::set<uint32_t> seen;
  for (uint64_t number = 0; number < 20; ++number) {
    const EpochRows epoch = epoch_rows(grouped.block(), some, 8, 3, number);
    EXPECT_EQ(epoch.rows.size(), 28u);
    EXPECT_EQ(epoch.rows.size(), rows_an_epoch(grouped.block(), some));
    EXPECT_EQ(epoch.batches(), chunk_count(28, 8));
    EXPECT_EQ(epoch.cuts.back(), 28u);
    seen.insert(epoch.rows.begin(), epoch.rows.end());
    EXPECT_EQ(std::set(epoch.rows.begin(), epoch.rows.end()).size(), 28u);
  }
  EXPECT_EQ(seen.size(), grouped.train.size());
}

// Every group fills several batches, so some batches are empty.
TEST(EpochRows, HaveAsManyBatchesAsWithoutGroups) {
  const Grouped grouped;
  const EpochRows epoch = epoch_rows(grouped.block(), {.whole = true}, 5, 3, 1);
  EXPECT_EQ(epoch.batches(), chunk_count(90, 5));
}

// 1000 training rows in a random order, as those of a random split.
std::vector<uint32_t> mixed_rows() {
  std::vector<uint32_t> rows;
  for (uint32_t r = 0; r < 1000; ++r) rows.push_back((r * 317 + 11) % 1000);
  return rows;
}

TEST(EpochRows, AreShuffledWithinWindowsOfShards) {
  const std::vector<uint32_t> train = mixed_rows();
  const GroupOrder order = {.shard_rows = 100, .window = 3};
  const EpochRows epoch = epoch_rows({.train = train}, order, 64, 3, 1);
  std::vector<uint32_t> sorted = epoch.rows, all = train;
  std::ranges::sort(sorted);
  std::ranges::sort(all);
  EXPECT_EQ(sorted, all);
  for (size_t begin = 0; begin < 1000; begin += 300) {
    const auto window = std::span(epoch.rows).subspan(begin, std::min<size_t>(300, 1000 - begin));
    std::set<uint32_t> shards;
    for (const uint32_t row : window) shards.insert(row / 100);
    EXPECT_EQ(shards.size(), window.size() / 100);
    EXPECT_FALSE(std::ranges::is_sorted(window));
  }
}

TEST(EpochRows, OfShardsArePureFunctionsOfSeedAndEpoch) {
  const std::vector<uint32_t> train = mixed_rows();
  const GroupOrder order = {.shard_rows = 100, .window = 3};
  const auto rows = [&](uint64_t seed, uint64_t epoch) {
    return epoch_rows({.train = train}, order, 64, seed, epoch).rows;
  };
  EXPECT_EQ(rows(3, 1), rows(3, 1));
  EXPECT_NE(rows(3, 1), rows(3, 2));
  EXPECT_NE(rows(3, 1), rows(4, 1));
}

TEST(EpochRows, OfOneShardAreThoseWithoutShards) {
  const std::vector<uint32_t> train = mixed_rows();
  EXPECT_EQ(epoch_rows({.train = train}, {.shard_rows = 1000}, 64, 3, 1).rows,
            epoch_rows({.train = train}, {}, 64, 3, 1).rows);
}

TEST(EpochRows, RefuseShardsOfWholeGroups) {
  const Grouped grouped;
  EXPECT_THROW(rows_an_epoch(grouped.block(), {.whole = true, .shard_rows = 10}), Error);
}

}  // namespace
}  // namespace shortlist
