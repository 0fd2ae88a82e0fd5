// Searches item vectors for the highest inner products, with the index of the config.
#pragma once

#include <memory>
#include <mutex>

#include "shortlist/config/model_config.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/retrieval/query_batch.h"
#include "shortlist/retrieval/retriever_files.h"
#include "shortlist/retrieval/search_without.h"

namespace shortlist {

class VectorIndex {
 public:
  // The vectors must outlive it and be contiguous. `graph` is over these vectors, for IndexKind::hnsw. Every
  // other index is a copy of the vectors in the memory order of the matrix product, built on first use.
  VectorIndex(ConstMatrix vectors, IndexKind kind, std::unique_ptr<Hnsw> graph = nullptr);

  // See Retriever for these.
  void score_all(ConstMatrix queries, Matrix scores) const;
  std::vector<Found> retrieve(ConstMatrix queries, size_t k, Eligible eligible, LeftOutItems left_out,
                              const Deadline& deadline) const;
  std::vector<Found> retrieve_exactly(ConstMatrix queries, size_t k, Eligible eligible, LeftOutItems left_out,
                                      const Deadline& deadline) const;
  // Throws a data Error for a vector that is not finite if the index cannot contain one.
  void prepare() const { index(); }
  double operations() const;
  size_t memory_bytes() const;
  // Writes index.safetensors, only for a graph.
  void save(RetrieverWriter& files) const;

  ConstMatrix vectors() const { return vectors_; }
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

// The graph of a bundle's vectors, or null for other indexes. Throws a data Error that names the graph's file
// if it is damaged.
std::unique_ptr<Hnsw> load_graph(ConstMatrix vectors, IndexKind kind, RetrieverReader& files);

}  // namespace shortlist
