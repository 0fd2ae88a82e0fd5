// Divides the entries of a sparse matrix into cells of user blocks x item blocks, so that stochastic gradient
// descent can run on many threads and still be deterministic (Gemulla et al. 2011): the cells (b, b + shift)
// of all user blocks b share no user and no item, so they run at the same time, shift after shift.
#pragma once

#include "shortlist/base/function_ref.h"
#include "shortlist/base/random.h"
#include "shortlist/base/threads.h"
#include "shortlist/math/sparse_matrix.h"

namespace shortlist {

struct FactorEvent {
  uint32_t user = 0, item = 0;
  float value = 0;
};

struct EventCell {
  std::span<const FactorEvent> events;  // in random order
  std::span<const uint32_t> items;      // all items of the cell's block
  uint64_t number = 0;                  // differs between the cells of an epoch
};

class EventCells {
 public:
  // The number of blocks depends on the matrix alone. The entries and the pool must outlive it.
  EventCells(const SparseRows& entries, ThreadPool& pool);

  // Divides the items at random and puts each cell's events in random order, both as functions of `draws`.
  void shuffle(const RandomStream& draws);
  // Calls run(cell, worker) for every cell that has events.
  void for_each(FunctionRef<void(const EventCell& cell, int worker)> run);

  size_t blocks() const { return blocks_; }

 private:
  void shuffle_block(size_t block, const RandomStream& draws);

  const SparseRows entries_;
  ThreadPool& pool_;
  size_t blocks_;
  std::vector<size_t> first_user_;  // [blocks + 1]
  std::vector<uint32_t> items_;     // a permutation; block b has the positions from chunk b
  std::vector<uint8_t> block_of_item_;
  std::vector<uint64_t> cell_begin_;  // [blocks * blocks + 1]
  std::vector<FactorEvent> events_;   // by user block, then by item block
};

}  // namespace shortlist
