#include "shortlist/factors/event_cells.h"

#include <algorithm>
#include <numeric>

namespace shortlist {
namespace {

// At least this number of users and items in a block, so that cells of small tables do not run empty and
// negative items are drawn from many; with the largest number of blocks, the vectors of a cell of a table of
// 100,000 users still fit into a core's cache.
constexpr size_t kLeastUsers = 64, kLeastItems = 128, kMostBlocks = 32;

// Boundaries of ranges of users with about equal numbers of entries.
std::vector<size_t> divide_users(const SparseRows& entries, size_t blocks) {
  std::vector<size_t> first = {0};
  for (size_t b = 1; b < blocks; ++b) {
    const uint64_t target = entries.entries() * b / blocks;
    const auto at = std::ranges::lower_bound(entries.offsets, target) - entries.offsets.begin();
    first.push_back(std::clamp(static_cast<size_t>(at), first.back(), entries.rows));
  }
  first.push_back(entries.rows);
  return first;
}

}  // namespace

EventCells::EventCells(const SparseRows& entries, ThreadPool& pool)
    : entries_(entries),
      pool_(pool),
      blocks_(std::clamp<size_t>(std::min(entries.rows / kLeastUsers, entries.cols / kLeastItems), 1,
                                 kMostBlocks)),
      first_user_(divide_users(entries, blocks_)),
      items_(entries.cols),
      block_of_item_(entries.cols),
      cell_begin_(blocks_ * blocks_ + 1),
      events_(entries.entries()) {
  std::iota(items_.begin(), items_.end(), 0);
}

void EventCells::shuffle(const RandomStream& draws) {
  std::iota(items_.begin(), items_.end(), 0);
  draws.at(0).shuffle(std::span(items_));
  const size_t chunk = chunk_count(items_.size(), blocks_);
  for (size_t i = 0; i < items_.size(); ++i) block_of_item_[items_[i]] = static_cast<uint8_t>(i / chunk);
  pool_.run(blocks_, [&](size_t block, int) { shuffle_block(block, draws.at(1 + block)); });
  cell_begin_.back() = events_.size();
}

void EventCells::shuffle_block(size_t block, const RandomStream& draws) {
  const size_t first = first_user_[block], last = first_user_[block + 1];
  const uint64_t begin = entries_.offsets[first], end = entries_.offsets[last];
  std::vector<uint64_t> next(blocks_ + 1);
  for (uint64_t e = begin; e < end; ++e) ++next[block_of_item_[entries_.columns[e]] + 1u];
  next[0] = begin;
  for (size_t b = 0; b < blocks_; ++b) {
    next[b + 1] += next[b];
    cell_begin_[block * blocks_ + b] = next[b];
  }
  for (size_t user = first; user < last; ++user) {
    for (uint64_t e = entries_.offsets[user]; e < entries_.offsets[user + 1]; ++e) {
      const uint32_t item = entries_.columns[e];
      events_[next[block_of_item_[item]]++] = {static_cast<uint32_t>(user), item, entries_.values[e]};
    }
  }
  for (size_t b = 0; b < blocks_; ++b) {
    const uint64_t from = cell_begin_[block * blocks_ + b];
    draws.at(b).shuffle(std::span(events_).subspan(from, next[b] - from));
  }
}

void EventCells::for_each(FunctionRef<void(const EventCell& cell, int worker)> run) {
  const size_t chunk = chunk_count(items_.size(), blocks_);
  for (size_t shift = 0; shift < blocks_; ++shift) {
    pool_.run(blocks_, [&](size_t block, int worker) {
      const size_t of_items = (block + shift) % blocks_, number = block * blocks_ + of_items;
      const RowRange items = chunk_rows(items_.size(), chunk, of_items);
      const uint64_t begin = cell_begin_[number], end = cell_begin_[number + 1];
      if (begin == end) return;
      run({std::span(events_).subspan(begin, end - begin),
           std::span(items_).subspan(items.begin, items.size()), number},
          worker);
    });
  }
}

}  // namespace shortlist
