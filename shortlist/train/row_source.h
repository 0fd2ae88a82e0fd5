// Where a training takes its rows from: shards, each a block of encoded columns, and the order of an epoch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/train/dataset.h"

namespace shortlist {

// Rows with numbers from 0. Views; what they look at belongs to the source.
struct RowBlock {
  const EncodedRows* queries = nullptr;                  // the distinct ones
  const EncodedRows* candidates = nullptr;               // the distinct ones
  std::span<const uint32_t> pair_query, pair_candidate;  // of each distinct pair, which of those it has
  std::span<const uint32_t> pair_of_row;                 // the pair that each row shows
  std::vector<std::span<const float>> labels;            // [ranking task][row]
  std::span<const float> weights, retrieval_weights;     // of each row; empty: 1
  std::span<const uint32_t> item_of_candidate;
  std::span<const float> item_log_share;  // of each item; may be empty
  std::span<const uint32_t> train;        // the rows to learn from, in the order of the split
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

// A dataset in memory. Its training rows are one shard, or cut into several of about the same size.
class DatasetRows final : public RowSource {
 public:
  explicit DatasetRows(const Dataset& data, size_t shards = 1);
  size_t shards() const override { return shards_; }
  RowBlock load(size_t shard) override;

 private:
  const Dataset& data_;
  size_t shards_;
};

// The order of an epoch, a pure function of its arguments: shard after shard in an order of their own, and
// the rows of each in an order of theirs. With one shard all rows are shuffled together.
std::vector<uint32_t> shard_order(size_t shards, uint64_t seed, uint64_t epoch);
std::vector<uint32_t> row_order(const RowBlock& block, size_t shard, size_t shards, uint64_t seed,
                                uint64_t epoch);

}  // namespace shortlist
