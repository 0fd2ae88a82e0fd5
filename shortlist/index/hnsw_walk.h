// One search through an HNSW graph: what it works with, and the loop that build and search share.
#pragma once

#include "shortlist/index/beam.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/math/product.h"

namespace shortlist {

struct Hnsw::Walk {
  Int8Query query;
  VisitedSet visited;
  Beam beam;
  Beam found;                   // of the nodes met, those that may be returned, when not all may
  std::vector<uint32_t> fresh;  // neighbors not met before
  std::vector<float> scores;
  Panels panels;
};

template <typename Met>
void Hnsw::search_layer(Walk& walk, int layer, Met met) const {
  walk.fresh.resize(graph_.most_neighbors(0));
  walk.scores.resize(graph_.most_neighbors(0));
  uint32_t node;
  while (walk.beam.take_next(node)) {
    size_t count = 0;
    for (uint32_t neighbor : graph_.neighbors(node, layer)) {
      if (!walk.visited.insert(neighbor)) continue;
      codes_.prefetch(neighbor);
      walk.fresh[count++] = neighbor;
    }
    codes_.scores(walk.query, {walk.fresh.data(), count}, walk.scores.data());
    for (size_t i = 0; i < count; ++i) {
      const Scored scored{walk.fresh[i], walk.scores[i]};
      met(scored);
      if (!walk.beam.admits(scored.score)) continue;
      walk.beam.insert(scored);
      if (layer == 0) graph_.prefetch(scored.index);
    }
  }
}

}  // namespace shortlist
