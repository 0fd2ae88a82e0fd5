// Searches a bundle's catalogue with the index that its config asks for.
#pragma once

#include <memory>
#include <mutex>

#include "shortlist/bundle/bundle.h"
#include "shortlist/index/int8_index.h"
#include "shortlist/recommend/similarity.h"

namespace shortlist {

class CatalogueIndex {
 public:
  // Of an HNSW index the graph comes from the bundle; every other index is a copy of the embeddings in the
  // order that its products read, made here. The bundle must outlive it. Throws a data Error for an embedding
  // that is not finite where the index cannot hold one.
  explicit CatalogueIndex(const Bundle& bundle);

  ~CatalogueIndex();

  // As Index::search(), by inner product.
  std::vector<Found> search(ConstMatrix queries, size_t k, Eligible eligible,
                            const Deadline& deadline = {}) const;

  // The k items whose embeddings have the highest cosine with the item's, best first, itself left out; 0 with
  // a zero vector. Always exact, whatever the index: nearness by inner product says little about cosines.
  std::vector<SimilarItem> most_similar(uint32_t item, size_t k) const;

 private:
  struct Cosines;

  ConstMatrix embeddings_;
  std::unique_ptr<Index> own_;
  const Index& index_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<Cosines> cosines_;  // made when first asked for
};

}  // namespace shortlist
