#include "shortlist/index/hnsw_graph.h"

#include "shortlist/base/error.h"

namespace shortlist {

HnswGraph::HnswGraph(size_t connections, std::span<const uint8_t> levels, std::span<const uint32_t> base,
                     std::span<const uint32_t> upper)
    : HnswGraph(connections) {
  levels_ = Array<uint8_t>::view(levels);
  base_ = Array<uint32_t>::view(base);
  upper_ = Array<uint32_t>::view(upper);
  first_upper_.reserve(levels.size());
  uint32_t rows = 0;
  for (uint32_t node = 0; node < levels.size(); ++node) {
    first_upper_.push_back(rows);
    rows += levels[node];
    if (entry_point_ == kNone || levels[node] > levels[entry_point_]) entry_point_ = node;
  }
  SHORTLIST_CHECK(base.size() == levels.size() * 2 * connections && upper.size() == rows * connections);
}

void HnswGraph::append(std::span<const uint8_t> levels) {
  auto rows = static_cast<uint32_t>(upper_.size() / connections_);
  const size_t first = size();
  levels_.resize(first + levels.size(), 0);
  std::copy(levels.begin(), levels.end(), levels_.mutable_data() + first);
  for (size_t i = 0; i < levels.size(); ++i) {
    first_upper_.push_back(rows);
    rows += levels[i];
  }
  base_.resize(size() * 2 * connections_, kNone);
  upper_.resize(rows * connections_, kNone);
  base_.mutable_data();
  upper_.mutable_data();
}

void HnswGraph::set_neighbors(uint32_t node, int layer, std::span<const uint32_t> neighbors) {
  SHORTLIST_CHECK(neighbors.size() <= most_neighbors(layer));
  uint32_t* const to = const_cast<uint32_t*>(row(node, layer));
  std::fill(std::copy(neighbors.begin(), neighbors.end(), to), to + most_neighbors(layer), kNone);
}

}  // namespace shortlist
