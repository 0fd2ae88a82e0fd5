// Estimates each item's share of the rows from a stream of rows, without counting them all: the mean number
// of rows from one row with the item to the next, in which recent gaps weigh more, is 1 / share. Algorithm 2
// of Yi et al. 2019, "Sampling-bias-corrected neural modeling for large corpus item recommendations", with
// one row per step, and an entry for each item instead of a hash table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shortlist {

class StreamingShares {
 public:
  // All items begin with the same share. `rate` is the weight of the latest gap.
  StreamingShares(size_t items, double rate)
      : rate_(rate), last_(items, 0), gap_(items, static_cast<double>(items)) {}

  // Adds the next row.
  void add(uint32_t item) {
    ++rows_;
    if (item >= gap_.size()) return;
    gap_[item] += rate_ * (static_cast<double>(rows_ - last_[item]) - gap_[item]);
    last_[item] = rows_;
  }
  // At most 1.
  double share(uint32_t item) const { return 1 / gap_[item]; }

 private:
  double rate_;
  uint64_t rows_ = 0;
  std::vector<uint64_t> last_;  // the number of rows up to the item's last one
  std::vector<double> gap_;
};

}  // namespace shortlist
