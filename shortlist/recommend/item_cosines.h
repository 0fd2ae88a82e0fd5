// Finds the items whose vectors have the highest cosine with an item's.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "shortlist/math/matrix.h"
#include "shortlist/recommend/similarity.h"

namespace shortlist {

class ItemCosines {
 public:
  // vectors[items, width] must outlive it.
  explicit ItemCosines(ConstMatrix vectors);
  ~ItemCosines();

  // The k best, best first, the item itself left out; 0 with a zero vector. Always exact, whatever the
  // retriever's index: nearness by inner product says little about cosines.
  std::vector<SimilarItem> most_similar(uint32_t item, size_t k) const;

 private:
  struct Searched;

  ConstMatrix vectors_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<Searched> searched_;  // made when first asked for
};

}  // namespace shortlist
