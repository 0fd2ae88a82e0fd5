// The best nodes that a walk through a graph has met, and which of them it has been to.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "shortlist/math/top_k.h"

namespace shortlist {

// At most `width` nodes, best first: the higher score, of equal ones the lower index. Indices are below 2^31.
class Beam {
 public:
  void reset(size_t width) {
    if (keys_.size() < width + 1) keys_.resize(width + 1);
    width_ = width;
    size_ = next_ = 0;
  }

  // Whether a node with this score may enter. One that ties with the worst is let in or not by its index.
  bool admits(float score) const { return size_ < width_ || score >= worst_; }

  void insert(Scored node) {
    const uint64_t key = key_of(node);
    uint64_t* const begin = keys_.data();
    uint64_t* const at = std::lower_bound(begin, begin + size_, key, std::greater());
    const auto place = static_cast<size_t>(at - begin);
    if (place == width_) return;
    std::memmove(at + 1, at,
                 (size_ - place) * sizeof(uint64_t));  // keys_ has room for one more than `width_`
    *at = key;
    if (size_ < width_) ++size_;
    if (size_ == width_) worst_ = score_of(keys_[width_ - 1]);
    next_ = std::min(next_, place);
  }

  // The best node that has not been taken.
  bool take_next(uint32_t& index) {
    while (next_ < size_ && (keys_[next_] & 1) != 0) ++next_;
    if (next_ == size_) return false;
    keys_[next_] |= 1;
    index = index_of(keys_[next_]);
    return true;
  }

  size_t size() const { return size_; }
  Scored operator[](size_t i) const { return {index_of(keys_[i]), score_of(keys_[i])}; }

 private:
  // Greater means better: the score's bits in an order of integers, then the index, turned round. The last
  // bit says that the node has been taken.
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

  std::vector<uint64_t> keys_;
  size_t width_ = 0, size_ = 0, next_ = 0;
  float worst_ = 0;
};

// A set of nodes that is emptied in the time that it took to fill.
class VisitedSet {
 public:
  void reset(size_t nodes) {
    for (uint32_t node : nodes_) words_[node / 64] = 0;
    nodes_.clear();
    words_.resize((nodes + 63) / 64);
  }
  // False when it was there already.
  bool insert(uint32_t node) {
    uint64_t& word = words_[node / 64];
    const uint64_t bit = uint64_t{1} << (node % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    nodes_.push_back(node);
    return true;
  }

 private:
  std::vector<uint64_t> words_;
  std::vector<uint32_t> nodes_;
};

}  // namespace shortlist
