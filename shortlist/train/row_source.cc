#include "shortlist/train/row_source.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "shortlist/base/error.h"
#include "shortlist/base/random.h"

namespace shortlist {

RowBlock block_of(const Dataset& data) {
  return {.queries = &data.queries,
          .candidates = &data.candidates,
          .pair_query = data.pair_query,
          .pair_candidate = data.pair_candidate,
          .pair_of_row = data.pair_of_row,
          .labels = data.labels,
          .weights = data.weights,
          .retrieval_weights = data.retrieval_weights(),
          .item_of_candidate = data.item_of_candidate,
          .item_log_share = data.item_log_share,
          .group_of_row = data.group_of_row,
          .train = data.split.train,
          .user_of_row = data.user_of_row,
          .interactions = &data.interactions};
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

namespace {

// The training rows, group after group, in a random order of the groups.
std::vector<uint32_t> by_group(const RowBlock& block, const RandomStream& stream) {
  std::vector<std::vector<uint32_t>> groups;
  std::unordered_map<uint32_t, size_t> places;
  for (uint32_t row : block.train) {
    const auto [at, fresh] = places.emplace(block.group_of_row[row], groups.size());
    if (fresh) groups.emplace_back();
    groups[at->second].push_back(row);
  }
  std::vector<uint32_t> places_in_order(groups.size());
  std::iota(places_in_order.begin(), places_in_order.end(), 0);
  stream.shuffle(std::span(places_in_order));
  std::vector<uint32_t> order;
  for (uint32_t place : places_in_order)
    order.insert(order.end(), groups[place].begin(), groups[place].end());
  return order;
}

}  // namespace

std::vector<uint32_t> row_order(const RowBlock& block, size_t shard, size_t shards, uint64_t seed,
                                uint64_t epoch) {
  std::vector<uint32_t> order(block.train.begin(), block.train.end());
  const RandomStream of_epoch = RandomStream(seed, "epoch").at(epoch);
  const RandomStream stream = shards == 1 ? of_epoch : of_epoch.at(shard);
  if (!block.group_of_row.empty()) return by_group(block, stream);
  stream.shuffle(std::span(order));
  return order;
}

}  // namespace shortlist
