// Finds the items whose vectors have the highest inner product with the query's vector.
#pragma once

#include <memory>
#include <mutex>

#include "shortlist/config/model_config.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/retriever_files.h"
#include "shortlist/retrieval/towers.h"

namespace shortlist {

class TwoTowerRetriever final : public Retriever {
 public:
  // The towers, including their items' vectors, must outlive it. `graph` is over these vectors, for
  // IndexKind::hnsw. Every other index is a copy of the vectors in the memory order of the matrix product,
  // built on first use.
  TwoTowerRetriever(const Towers& towers, IndexKind kind, std::unique_ptr<Hnsw> graph = nullptr);

  size_t items() const override { return vectors_.rows; }
  void score_all(const QueryBatch& queries, Matrix scores) const override;
  std::vector<Found> retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                              LeftOutItems left_out) const override;
  std::vector<Found> retrieve_exactly(const QueryBatch& queries, size_t k, Eligible eligible,
                                      LeftOutItems left_out) const override;
  // Throws a data Error for a vector that is not finite if the index cannot contain one.
  void prepare() const override { index(); }
  bool scores_by_towers() const override { return true; }
  ConstMatrix item_vectors() const override { return vectors_; }
  double operations() const override;
  size_t memory_bytes() const override;
  // Writes index.safetensors, only for a graph index.
  void save(RetrieverWriter& files) const override;

  const Hnsw* graph() const { return graph_.get(); }

 private:
  const Index& index() const;
  const Index& exact_index() const;

  ConstMatrix vectors_;
  IndexKind kind_;
  std::unique_ptr<Hnsw> graph_;
  mutable std::once_flag made_, exact_made_;
  mutable std::unique_ptr<Index> own_, exact_;
};

// Throws a data Error that names the graph's file if it is damaged.
std::unique_ptr<TwoTowerRetriever> load_two_tower(const Towers& towers, IndexKind kind,
                                                  RetrieverReader& files);

}  // namespace shortlist
