#include "shortlist/train/row_source.h"

#include <algorithm>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/base/random.h"

namespace shortlist {

RowBlock block_of(const Dataset& data) {
  return {.queries = &data.queries,
          .candidates = &data.candidates,
          .pair_query = data.pair_query,
          .pair_candidate = data.pair_candidate,
          .pair_of_row = data.pair_of_row,
          .labels = {data.labels.begin(), data.labels.end()},
          .label_weights = {data.label_weights.begin(), data.label_weights.end()},
          .weights = data.weights,
          .retrieval_weights = data.retrieval_weights(),
          .item_of_candidate = data.item_of_candidate,
          .item_log_share = data.item_log_share,
          .train = data.split.train};
}

DatasetRows::DatasetRows(const Dataset& data, size_t shards) : data_(data), shards_(shards) {
  SHORTLIST_CHECK(shards > 0);
}

RowBlock DatasetRows::load(size_t shard) {
  SHORTLIST_CHECK(shard < shards_);
  RowBlock block = block_of(data_);
  const size_t rows = block.train.size(), begin = rows * shard / shards_, end = rows * (shard + 1) / shards_;
  block.train = block.train.subspan(begin, end - begin);
  return block;
}

std::vector<uint32_t> shard_order(size_t shards, uint64_t seed, uint64_t epoch) {
  std::vector<uint32_t> order(shards);
  std::iota(order.begin(), order.end(), 0);
  RandomStream(seed, "shards").at(epoch).shuffle(std::span(order));
  return order;
}

std::vector<uint32_t> row_order(const RowBlock& block, size_t shard, size_t shards, uint64_t seed,
                                uint64_t epoch) {
  std::vector<uint32_t> order(block.train.begin(), block.train.end());
  const RandomStream stream = RandomStream(seed, "epoch").at(epoch);
  (shards == 1 ? stream : stream.at(shard)).shuffle(std::span(order));
  return order;
}

}  // namespace shortlist
