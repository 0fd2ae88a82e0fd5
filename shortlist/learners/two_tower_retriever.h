// Finds the items whose vectors have the highest inner product with the query's vector.
#pragma once

#include <memory>

#include "shortlist/learners/vector_index.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/towers.h"

namespace shortlist {

class TwoTowerRetriever final : public Retriever {
 public:
  // The towers, including their items' vectors, must outlive it. `graph` is over these vectors.
  TwoTowerRetriever(const Towers& towers, IndexKind kind, std::unique_ptr<Hnsw> graph = nullptr);

  size_t items() const override { return index_.vectors().rows; }
  void score_all(const QueryBatch& queries, Matrix scores) const override {
    index_.score_all(queries.vectors, scores);
  }
  std::vector<Found> retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                              LeftOutItems left_out) const override;
  std::vector<Found> retrieve_exactly(const QueryBatch& queries, size_t k, Eligible eligible,
                                      LeftOutItems left_out) const override;
  // Throws a data Error for a vector that is not finite if the index cannot contain one.
  void prepare() const override { index_.prepare(); }
  bool scores_by_towers() const override { return true; }
  ConstMatrix item_vectors() const override { return index_.vectors(); }
  double operations() const override { return index_.operations(); }
  size_t memory_bytes() const override { return index_.memory_bytes(); }
  // Writes index.safetensors, only for a graph index.
  void save(RetrieverWriter& files) const override { index_.save(files); }

  const Hnsw* graph() const { return index_.graph(); }

 private:
  VectorIndex index_;
};

// Throws a data Error that names the graph's file if it is damaged.
std::unique_ptr<TwoTowerRetriever> load_two_tower(const Towers& towers, IndexKind kind,
                                                  RetrieverReader& files);

}  // namespace shortlist
