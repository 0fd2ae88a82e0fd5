// Settings of an HNSW index.
#pragma once

#include <utility>

#include "shortlist/base/range.h"

namespace shortlist {

constexpr int kLeastConnections = 2, kMostConnections = 1024, kMostBeam = 1 << 20;

struct HnswConfig {
  // Their names in 0.1.0.
  static constexpr std::pair<const char*, const char*> renamed[] = {
      {"connections", "m"}, {"build_beam", "ef_construction"}, {"search_beam", "ef_search"}};

  int m = 16;
  int ef_construction = 200;
  int ef_search = 64;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit(
        "m", m,
        "Links per item, twice as many in the lowest layer. More links improve recall and take more memory.",
        Range::between(kLeastConnections, kMostConnections));
    visit("ef_construction", ef_construction,
          "Number of candidates that are kept while an item is added. More candidates improve recall and "
          "make building slower.",
          Range::between(1, kMostBeam));
    visit("ef_search", ef_search,
          "Number of candidates that are kept during a search. More candidates improve recall and make "
          "searches slower.",
          Range::between(1, kMostBeam));
  }
};

}  // namespace shortlist
