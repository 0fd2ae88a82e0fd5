// The source of training rows: shards, each a block of encoded columns, and the row order of an epoch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/train/dataset.h"

namespace shortlist {

// Rows numbered from 0. Contains views into data that the source owns.
struct RowBlock {
  const EncodedRows* queries = nullptr;                  // the distinct queries
  const EncodedRows* candidates = nullptr;               // the distinct candidates
  std::span<const uint32_t> pair_query, pair_candidate;  // the query and the candidate of each distinct pair
  std::span<const uint32_t> pair_of_row;                 // the pair of each row
  std::span<const LabelColumn> labels;                   // of each ranking task
  std::span<const float> weights, retrieval_weights;     // for each row; empty: all 1
  std::span<const uint32_t> item_of_candidate;
  std::span<const float> item_log_share;       // for each item; may be empty
  std::span<const uint32_t> group_of_row;      // the number of each row's group; empty: each row is one
  std::span<const uint32_t> train;             // the training rows, in the order of the split
  std::span<const uint32_t> user_of_row;       // empty: users are unknown
  const Interactions* interactions = nullptr;  // the users' training rows
};

class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual size_t shards() const = 0;
  // The block is valid until the next load. Requires shard < shards().
  virtual RowBlock load(size_t shard) = 0;
};

// All rows of a dataset, which must outlive the block.
RowBlock block_of(const Dataset& data);

// A dataset in memory. Its training rows are one shard, or are split into several of about the same size.
class DatasetRows final : public RowSource {
 public:
  explicit DatasetRows(const Dataset& data, size_t shards = 1);
  size_t shards() const override { return shards_; }
  RowBlock load(size_t shard) override;

 private:
  const Dataset& data_;
  size_t shards_;
};

// The row order of an epoch, a pure function of its arguments: the shards are shuffled, and so are the rows
// within each shard. With one shard all rows are shuffled together. With groups, these are shuffled instead,
// and the rows of a group keep the order of the split.
std::vector<uint32_t> shard_order(size_t shards, uint64_t seed, uint64_t epoch);
std::vector<uint32_t> row_order(const RowBlock& block, size_t shard, size_t shards, uint64_t seed,
                                uint64_t epoch);

}  // namespace shortlist
