// Finds the items with the highest cosine similarity to an item's vector.
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

  // The k best, best first, without the item itself. The cosine with a zero vector is 0. Always exact,
  // whatever the retriever's index, because inner-product neighbours are not cosine neighbours.
  std::vector<SimilarItem> most_similar(uint32_t item, size_t k) const;

 private:
  struct Searched;

  ConstMatrix vectors_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<Searched> searched_;  // built on first use
};

}  // namespace shortlist
