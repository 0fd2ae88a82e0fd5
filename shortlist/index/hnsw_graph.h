// The layers of links of an HNSW index. Layer 0 contains every node; each layer above contains about one in
// `connections` nodes of the layer below. Malkov & Yashunin 2018.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/base/prefetch.h"
#include "shortlist/index/array.h"

namespace shortlist {

class HnswGraph {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // Nodes have up to 2 * connections neighbors in layer 0 and up to `connections` in each layer above.
  explicit HnswGraph(size_t connections) : connections_(connections) {}
  // Keeps views of levels[n], base[n, 2 * connections] and upper[total of levels, connections]: a row of
  // neighbors ends at the first kNone or when it is full.
  HnswGraph(size_t connections, std::span<const uint8_t> levels, std::span<const uint32_t> base,
            std::span<const uint32_t> upper);

  size_t connections() const { return connections_; }
  size_t size() const { return levels_.size(); }
  // The highest layer that contains the node.
  int level(uint32_t node) const { return levels_[node]; }
  // The start of a search: the first node of the highest level. kNone in an empty graph.
  uint32_t entry_point() const { return entry_point_; }
  size_t most_neighbors(int layer) const { return layer == 0 ? 2 * connections_ : connections_; }
  std::span<const uint32_t> neighbors(uint32_t node, int layer) const {
    const uint32_t* row = this->row(node, layer);
    size_t count = 0;
    while (count < most_neighbors(layer) && row[count] != kNone) ++count;
    return {row, count};
  }
  void prefetch(uint32_t node) const {
    for (size_t i = 0; i < 2 * connections_; i += 16)
      shortlist::prefetch(base_.data() + node * 2 * connections_ + i);
  }

  std::span<const uint8_t> levels() const { return levels_.span(); }
  std::span<const uint32_t> base() const { return base_.span(); }
  std::span<const uint32_t> upper() const { return upper_.span(); }

  // Adds nodes without neighbors, which no search can reach.
  void append(std::span<const uint8_t> levels);
  void set_entry_point(uint32_t node) { entry_point_ = node; }
  // Different threads may set different rows between calls of append().
  void set_neighbors(uint32_t node, int layer, std::span<const uint32_t> neighbors);

 private:
  const uint32_t* row(uint32_t node, int layer) const {
    return layer == 0 ? base_.data() + node * 2 * connections_
                      : upper_.data() + (first_upper_[node] + static_cast<size_t>(layer) - 1) * connections_;
  }

  size_t connections_;
  uint32_t entry_point_ = kNone;
  Array<uint8_t> levels_;
  Array<uint32_t> base_, upper_;
  std::vector<uint32_t> first_upper_;  // the row in `upper` of each node's layer 1
};

}  // namespace shortlist
