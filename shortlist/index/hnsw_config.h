// Settings of an HNSW index.
#pragma once

#include "shortlist/base/range.h"

namespace shortlist {

constexpr int kLeastConnections = 2, kMostConnections = 1024, kMostBeam = 1 << 20;

struct HnswConfig {
  int connections = 16;
  int build_beam = 200;
  int search_beam = 64;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("connections", connections,
          "links of a candidate (M), twice as many in the lowest layer: more finds more, and takes memory",
          Range::between(kLeastConnections, kMostConnections));
    visit("build_beam", build_beam,
          "candidates in sight while one is added (ef_construction): more finds more, and takes longer to "
          "build",
          Range::between(1, kMostBeam));
    visit("search_beam", search_beam,
          "candidates in sight while searching (ef): more finds more, and takes longer",
          Range::between(1, kMostBeam));
  }
};

}  // namespace shortlist
