// The state of one search through an HNSW graph, and the loop that building and searching share.
#pragma once

#include "shortlist/index/beam.h"
#include "shortlist/index/hnsw.h"

namespace shortlist {

struct Hnsw::Walk {
  Query query;
  VisitedSet visited;
  Beam beam;
  Beam found;  // if not all may be returned: nodes met that may
  std::vector<float> scores;
};

template <typename Met>
void Hnsw::search_layer(Walk& walk, int layer, Met met) const {
  // Expands the best nodes three at a time, the last one first: this gives memory more time to fetch the
  // neighbors of the best one, which may have been met only just now.
  constexpr size_t kTogether = 3;
  uint32_t nodes[kTogether];
  walk.scores.resize(kTogether * graph_.most_neighbors(0));
  while (size_t count = walk.beam.take_next(nodes)) {
    const size_t before = walk.visited.size();
    while (count-- > 0) walk.visited.insert(graph_.neighbors(nodes[count], layer));
    const std::span<const uint32_t> fresh = walk.visited.since(before);
    for (uint32_t node : fresh) codes_.prefetch(node);
    score(walk.query, fresh, walk.scores.data());
    for (size_t i = 0; i < fresh.size(); ++i) {
      const Scored scored{fresh[i], walk.scores[i]};
      met(scored);
      if (!walk.beam.admits(scored.score)) continue;
      walk.beam.insert(scored);
      if (layer == 0) graph_.prefetch(scored.index);
    }
  }
}

}  // namespace shortlist
