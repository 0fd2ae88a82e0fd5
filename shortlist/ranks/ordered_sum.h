// Sums over the parts of a batch, with the same bits for any number of ranks (see part_tree.h).
#pragma once

#include <span>

#include "shortlist/ranks/communicator.h"
#include "shortlist/ranks/part_tree.h"

namespace shortlist {

// Adds up arrays of equal length, one for each part. own[i] is the array of this rank's part number i. On
// return own[0] is the sum over all parts; the other arrays are overwritten. `parts` is a power of two and at
// least the number of ranks.
void sum_in_order(Communicator& ranks, size_t parts, std::span<const std::span<float>> own);
void sum_in_order(Communicator& ranks, size_t parts, std::span<const std::span<double>> own);

}  // namespace shortlist
