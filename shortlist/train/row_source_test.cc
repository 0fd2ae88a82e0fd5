#include "shortlist/train/row_source.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/config/resolve.h"
#include "shortlist/testing/prepared_table.h"
#include "shortlist/train/batcher.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

const Dataset& tiny() {
  static const TinyTable table;
  static const PreparedData prepared = prepare_data(resolve_data(table.config()), table.open());
  return prepared.data;
}

// The rows of an epoch, shard after shard.
Numbers epoch_rows(RowSource& source, uint64_t seed, uint64_t epoch) {
  Numbers rows;
  for (const uint32_t shard : shard_order(source.shards(), seed, epoch)) {
    const Numbers order = row_order(source.load(shard), shard, source.shards(), seed, epoch);
    rows.insert(rows.end(), order.begin(), order.end());
  }
  return rows;
}

TEST(RowSource, ADatasetIsOneShard) {
  DatasetRows source(tiny());
  EXPECT_EQ(source.shards(), 1u);
  const RowBlock block = source.load(0);
  EXPECT_EQ(block.queries, &tiny().queries);
  EXPECT_EQ(Numbers(block.train.begin(), block.train.end()), tiny().split.train);
  EXPECT_THROW(source.load(1), CheckFailed);
}

TEST(RowSource, AnEpochTakesEachRowOnceWhateverTheShards) {
  Numbers all = tiny().split.train;
  std::ranges::sort(all);
  for (const size_t shards : {1, 2, 7, 500}) {
    DatasetRows source(tiny(), shards);
    Numbers rows = epoch_rows(source, 3, 1);
    std::ranges::sort(rows);
    EXPECT_EQ(rows, all) << shards;
  }
}

TEST(RowSource, TheOrderIsAFunctionOfSeedAndEpoch) {
  for (const size_t shards : {1, 5}) {
    DatasetRows source(tiny(), shards), again(tiny(), shards);
    const Numbers rows = epoch_rows(source, 3, 1);
    epoch_rows(again, 9, 0);
    EXPECT_EQ(epoch_rows(again, 3, 1), rows);
    EXPECT_NE(epoch_rows(source, 3, 2), rows);
    EXPECT_NE(epoch_rows(source, 4, 1), rows);
  }
}

TEST(RowSource, TheTrainerTakesItsOrder) {
  const TinyTable table;
  TinyModel model(table);
  DatasetRows source(model.data());
  const auto seed = static_cast<uint64_t>(model.config.training.seed);
  for (int epoch = 0; epoch < 3; ++epoch)
    EXPECT_EQ(model.trainer().epoch_order(epoch), epoch_rows(source, seed, static_cast<uint64_t>(epoch)));
}

TEST(RowSource, ABatchOfABlockIsThatOfItsDataset) {
  DatasetRows source(tiny(), 3);
  Batcher of_block(source.load(1)), of_data(tiny());
  const Numbers rows = row_order(source.load(1), 1, 3, 5, 0);
  const Batch a = of_block.make(rows), b = of_data.make(rows);
  EXPECT_TRUE(std::ranges::equal(of_block.rows(), of_data.rows()));
  EXPECT_TRUE(std::ranges::equal(a.pair_query().source, b.pair_query().source));
}

}  // namespace
}  // namespace shortlist
