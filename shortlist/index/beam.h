// The best nodes found by a graph walk, and which nodes it has visited.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "shortlist/math/top_k.h"

namespace shortlist {

// At most `width` nodes, best first: the higher score or, for equal scores, the lower index. Indices are
// below kMostCandidates (index.h).
class Beam {
 public:
  void reset(size_t width) {
    if (keys_.size() < width + 1) keys_.resize(width + 1);
    width_ = width;
    size_ = next_ = 0;
  }

  // Whether a node with this score may enter. For a tie with the worst, insert() decides by index.
  bool admits(float score) const { return size_ < width_ || score >= worst_; }

  void insert(Scored node) {
    const uint64_t key = key_of(node);
    const size_t place = better_than(key);
    if (place == width_) return;
    uint64_t* const at = keys_.data() + place;
    std::memmove(at + 1, at,
                 (size_ - place) * sizeof(uint64_t));  // keys_ has one more element than `width_`
    *at = key;
    if (size_ < width_) ++size_;
    if (size_ == width_) worst_ = score_of(keys_[width_ - 1]);
    next_ = std::min(next_, place);
  }

  // Fills `nodes` with the best nodes not yet taken and returns their number.
  size_t take_next(std::span<uint32_t> nodes) {
    size_t count = 0;
    for (; next_ < size_ && count < nodes.size(); ++next_) {
      if ((keys_[next_] & 1) != 0) continue;
      keys_[next_] |= 1;
      nodes[count++] = index_of(keys_[next_]);
    }
    return count;
  }

  size_t size() const { return size_; }
  Scored operator[](size_t i) const { return {index_of(keys_[i]), score_of(keys_[i])}; }

 private:
  // Greater is better: the score's bits mapped to an integer order, then the inverted index. The lowest bit
  // is set once the node has been taken.
  static uint64_t key_of(Scored node) {
    const auto bits = std::bit_cast<uint32_t>(node.score);
    const uint32_t ordered = (bits >> 31) != 0 ? ~bits : bits | 0x80000000u;
    return uint64_t{ordered} << 32 | (~node.index << 1);
  }
  static float score_of(uint64_t key) {
    const auto ordered = static_cast<uint32_t>(key >> 32);
    return std::bit_cast<float>((ordered >> 31) != 0 ? ordered & 0x7fffffffu : ~ordered);
  }
  static uint32_t index_of(uint64_t key) { return ~static_cast<uint32_t>(key) >> 1; }

  // The number of better nodes in the beam. A binary search without unpredictable branches.
  size_t better_than(uint64_t key) const {
    const uint64_t* from = keys_.data();
    size_t count = size_;
    while (count > 1) {
      const size_t half = count / 2;
      from += from[half - 1] > key ? half : 0;
      count -= half;
    }
    return static_cast<size_t>(from - keys_.data()) + (count == 1 && *from > key ? 1 : 0);
  }

  std::vector<uint64_t> keys_;
  size_t width_ = 0, size_ = 0, next_ = 0;
  float worst_ = 0;
};

// The nodes that a walk has met; clearing takes time proportional to their number. Uses one bit per node of
// the graph, and 4 to 8 bytes per node met.
class VisitedSet {
 public:
  void reset(size_t nodes) {
    for (size_t i = 0; i < size_; ++i) words_[nodes_[i] / 64] = 0;
    size_ = 0;
    words_.resize((nodes + 63) / 64);
  }

  // Adds nodes. Branchless, because it is unpredictable whether a neighbor has been met.
  void insert(std::span<const uint32_t> nodes) {
    // One extra element, because nodes that were met before are written too.
    if (nodes_.size() < size_ + nodes.size() + 1) nodes_.resize(2 * (size_ + nodes.size()) + 64);
    for (uint32_t node : nodes) {
      uint64_t& word = words_[node / 64];
      const uint64_t met = word >> (node % 64) & 1;
      nodes_[size_] = node;
      size_ += 1 - met;
      word |= uint64_t{1} << (node % 64);
    }
  }

  size_t size() const { return size_; }
  size_t bytes() const { return words_.capacity() * sizeof(uint64_t) + nodes_.capacity() * sizeof(uint32_t); }
  // The nodes added after the first `count`, in order.
  std::span<const uint32_t> since(size_t count) const { return {nodes_.data() + count, size_ - count}; }

 private:
  std::vector<uint64_t> words_;
  std::vector<uint32_t> nodes_;  // has spare room at the end
  size_t size_ = 0;
};

}  // namespace shortlist
