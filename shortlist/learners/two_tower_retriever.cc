#include "shortlist/learners/two_tower_retriever.h"

namespace shortlist {

TwoTowerRetriever::TwoTowerRetriever(const Towers& towers, IndexKind kind, std::unique_ptr<Hnsw> graph)
    : index_(towers.item_vectors(), kind, std::move(graph)) {}

std::vector<Found> TwoTowerRetriever::retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                                               LeftOutItems left_out) const {
  return index_.retrieve(queries.vectors, k, eligible, left_out, queries.deadline);
}

std::vector<Found> TwoTowerRetriever::retrieve_exactly(const QueryBatch& queries, size_t k, Eligible eligible,
                                                       LeftOutItems left_out) const {
  return index_.retrieve_exactly(queries.vectors, k, eligible, left_out, queries.deadline);
}

std::unique_ptr<TwoTowerRetriever> load_two_tower(const Towers& towers, IndexKind kind,
                                                  RetrieverReader& files) {
  return std::make_unique<TwoTowerRetriever>(towers, kind, load_graph(towers.item_vectors(), kind, files));
}

}  // namespace shortlist
