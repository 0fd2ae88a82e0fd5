// The training rows of an epoch and its batches.
#pragma once

#include <span>
#include <vector>

#include "shortlist/train/row_source.h"

namespace shortlist {

// Batch b is the rows [cuts[b], cuts[b + 1]); it may be empty if rows are in groups.
struct EpochRows {
  std::vector<uint32_t> rows;
  std::vector<size_t> cuts;

  size_t batches() const { return cuts.size() - 1; }
  std::span<const uint32_t> batch(size_t b) const {
    return std::span(rows).subspan(cuts[b], cuts[b + 1] - cuts[b]);
  }
};

// How an epoch treats groups of rows, RowBlock::list_of_row, and how it shuffles.
struct GroupOrder {
  bool whole = false;    // batches have whole groups
  size_t most_rows = 0;  // of a group in an epoch; 0: all
  // The training rows in the order of the table are cut into shards of this many rows; 0: no shards. An epoch
  // takes `window` random shards at a time and shuffles their rows together. So a batch reads few parts of
  // the data, which may be larger than memory.
  size_t shard_rows = 0, window = 4;
};

// A pure function of its arguments. Without whole groups: row_order(), in batches of `batch` rows, of which
// the last one may be smaller. With them: the groups in random order, each with its rows or a random sample
// of them in random order; shards are not possible. A batch then ends with the first group that fills it, so
// it may be larger.
EpochRows epoch_rows(const RowBlock& block, const GroupOrder& groups, size_t batch, uint64_t seed,
                     uint64_t epoch);

// The number of rows of every epoch. Throws a usage Error for whole groups and shards.
size_t rows_an_epoch(const RowBlock& block, const GroupOrder& groups);

}  // namespace shortlist
