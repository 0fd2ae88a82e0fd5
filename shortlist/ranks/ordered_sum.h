// Sums over the parts of a batch, with the same bits for any number of ranks. A batch has a fixed number of
// parts, a power of two, and each rank computes consecutive ones. Their values meet in one binary tree over
// the parts: left + right, always.
#pragma once

#include <span>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/ranks/communicator.h"

namespace shortlist {

// The parts of a batch that a rank computes: [first, end).
struct PartRange {
  size_t first, end;
  size_t size() const { return end - first; }
};
// Parts are dealt to ranks in order, as evenly as can be.
PartRange parts_of_rank(size_t parts, int rank, int ranks);

// Adds up arrays of equal length, one for each part. own[i] is the array of this rank's part number i. On
// return own[0] is the sum over all parts; the other arrays are overwritten. `parts` is a power of two and at
// least the number of ranks.
void sum_in_order(Communicator& ranks, size_t parts, std::span<const std::span<float>> own);
void sum_in_order(Communicator& ranks, size_t parts, std::span<const std::span<double>> own);

}  // namespace shortlist
