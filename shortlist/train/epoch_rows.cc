#include "shortlist/train/epoch_rows.h"

#include <algorithm>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/base/random.h"
#include "shortlist/train/row_groups.h"

namespace shortlist {
namespace {

// The groups of the training rows: members are positions in block.train.
Groups training_groups(const RowBlock& block, RowGroups& groups) {
  std::vector<uint32_t> group;
  group.reserve(block.train.size());
  for (const uint32_t row : block.train) group.push_back(block.list_of_row[row]);
  return groups.by_number(group);
}

size_t kept_rows(size_t rows, const GroupOrder& groups) {
  return groups.most_rows == 0 ? rows : std::min(rows, groups.most_rows);
}

// The rows of an epoch, window by window.
std::vector<uint32_t> windowed_order(RowBlock block, const GroupOrder& groups, uint64_t seed,
                                     uint64_t epoch) {
  std::vector<uint32_t> train(block.train.begin(), block.train.end());
  std::ranges::sort(train);
  const std::vector<uint32_t> shards = shard_order(chunk_count(train.size(), groups.shard_rows), seed, epoch);
  const size_t windows = chunk_count(shards.size(), groups.window);
  std::vector<uint32_t> order, window;
  order.reserve(train.size());
  for (size_t w = 0; w < windows; ++w) {
    window.clear();
    const RowRange of_window = chunk_rows(shards.size(), groups.window, w);
    for (size_t s = of_window.begin; s < of_window.end; ++s) {
      const RowRange rows = chunk_rows(train.size(), groups.shard_rows, shards[s]);
      window.insert(window.end(), train.begin() + static_cast<std::ptrdiff_t>(rows.begin),
                    train.begin() + static_cast<std::ptrdiff_t>(rows.end));
    }
    block.train = window;
    const std::vector<uint32_t> shuffled = row_order(block, w, windows, seed, epoch);
    order.insert(order.end(), shuffled.begin(), shuffled.end());
  }
  return order;
}

}  // namespace

EpochRows epoch_rows(const RowBlock& block, const GroupOrder& groups, size_t batch, uint64_t seed,
                     uint64_t epoch) {
  EpochRows all{.rows = {}, .cuts = {0}};
  if (!groups.whole) {
    const bool has_shards = groups.shard_rows > 0 && block.train.size() > groups.shard_rows;
    all.rows = has_shards ? windowed_order(block, groups, seed, epoch) : row_order(block, 0, 1, seed, epoch);
    for (size_t b = 0; b < chunk_count(all.rows.size(), batch); ++b)
      all.cuts.push_back(chunk_rows(all.rows.size(), batch, b).end);
    return all;
  }
  RowGroups memory;
  const Groups found = training_groups(block, memory);
  std::vector<uint32_t> order(found.size());
  std::iota(order.begin(), order.end(), 0);
  RandomStream(seed, "epoch").at(epoch).shuffle(std::span(order));
  const RandomStream within = RandomStream(seed, "rows of groups").at(epoch);
  std::vector<uint32_t> members;
  size_t wanted = batch;  // the rows at which the batch is full
  for (const uint32_t group : order) {
    members.assign(found[group].begin(), found[group].end());
    within.at(group).shuffle(std::span(members));
    members.resize(kept_rows(members.size(), groups));
    for (const uint32_t at : members) all.rows.push_back(block.train[at]);
    for (; all.rows.size() >= wanted; wanted += batch) all.cuts.push_back(all.rows.size());
  }
  if (all.rows.size() + batch > wanted) all.cuts.push_back(all.rows.size());
  return all;
}

size_t rows_an_epoch(const RowBlock& block, const GroupOrder& groups) {
  if (groups.whole && groups.shard_rows > 0)
    throw usage_error(
        "training.shard_rows: got {}, but a ranking's loss compares the rows of groups, which are shuffled "
        "as a whole; need 0",
        groups.shard_rows);
  if (!groups.whole || groups.most_rows == 0) return block.train.size();
  RowGroups memory;
  const Groups found = training_groups(block, memory);
  size_t rows = 0;
  for (size_t g = 0; g < found.size(); ++g) rows += kept_rows(found[g].size(), groups);
  return rows;
}

}  // namespace shortlist
