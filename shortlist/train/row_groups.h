// Groups the rows of a batch by query, for losses over groups of rows.
#pragma once

#include <unordered_map>
#include <vector>

#include "shortlist/losses/loss.h"
#include "shortlist/model/batch.h"

namespace shortlist {

class RowGroups {
 public:
  // Groups are in the order of the batch's queries; rows within a group are ascending. A query that the batch
  // lists several times is one group. The result is valid until the next call.
  Groups by_query(const Batch& batch);
  // Groups rows by a number of each, in order of first appearance; rows within a group are ascending.
  Groups by_number(std::span<const uint32_t> numbers);

 private:
  std::unordered_map<uint32_t, uint32_t> number_;  // group number of each query
  std::vector<uint32_t> offsets_, rows_;
};

}  // namespace shortlist
