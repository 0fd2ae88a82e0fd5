// What the kinds with a vector per item share: the score is the inner product of the query's vector and the
// item's, and the query's vector is that of a known user or is computed from the history.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/factors/factor_table.h"
#include "shortlist/learners/kind.h"
#include "shortlist/learners/vector_index.h"

namespace shortlist {

// A query's vector as the sum of what each item of its history adds and of a rest.
struct FoldedHistory {
  std::vector<uint32_t> items;            // distinct
  std::vector<std::vector<float>> parts;  // of each item, [width]
  std::vector<float> rest;                // [width]

  // With the rest changed so that the sum is this vector.
  void add_up_to(std::span<const float> vector);
};

// The items of a history, ascending, each once, with the number of its events and the label of the last one.
struct HistoryItem {
  uint32_t item = 0;
  float count = 0, label = 0;  // label: NaN if unknown
};
std::vector<HistoryItem> distinct_items(const QueryHistory& history);

class FactorRetriever : public Retriever {
 public:
  size_t items() const override { return vectors_.rows(); }
  void score_all(const QueryBatch& queries, Matrix scores) const override;
  std::vector<float> score_pairs(const QueryBatch& queries, std::span<const uint32_t> query,
                                 std::span<const uint32_t> item) const override;
  std::vector<Found> retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                              LeftOutItems left_out) const override;
  std::vector<Found> retrieve_exactly(const QueryBatch& queries, size_t k, Eligible eligible,
                                      LeftOutItems left_out) const override;
  // Uses the method "history": the largest contributions of the history's items, and the rest as the
  // constant.
  std::vector<Explanation> explain(const QueryBatch& query, std::span<const uint32_t> items,
                                   const Deadline& deadline) const override;
  void prepare() const override { index_->prepare(); }
  bool reads_users() const override { return true; }
  // The factors alone.
  ConstMatrix item_vectors() const override { return vectors_.factors(); }
  double operations() const override { return index_->operations(); }
  size_t memory_bytes() const override;
  // Writes index.safetensors, only for a graph.
  void save(RetrieverWriter& files) const override { index_->save(files); }

  // The items' factors, and what else is multiplied with a query's vector.
  class ItemVectors {
   public:
    // more[c][i]: the number in column factors + c of item i's vector.
    ItemVectors(const FactorTable& factors, std::span<const std::vector<float>> more);
    size_t rows() const { return rows_; }
    size_t width() const { return width_; }
    ConstMatrix factors() const { return factors_.view(rows_, count_); }
    ConstMatrix all() const { return all_.view(rows_, width_); }

   private:
    size_t rows_, count_, width_;
    Buffer factors_, all_;
  };

 protected:
  // Builds or takes the index. `graph` is over vectors.all().
  FactorRetriever(ItemVectors vectors, IndexKind index, std::unique_ptr<Hnsw> graph);

  // The vector of query q of the batch, [width].
  virtual void write_query(const QueryBatch& queries, size_t q, std::span<float> vector) const = 0;
  // The same as a sum.
  virtual FoldedHistory fold(const QueryBatch& queries, size_t q) const = 0;
  const ItemVectors& vectors() const { return vectors_; }

 private:
  // [rows, width]
  Buffer query_vectors(const QueryBatch& queries) const;

  ItemVectors vectors_;
  std::unique_ptr<VectorIndex> index_;
};

// The graph over the vectors for IndexKind::hnsw, else null. The users' factors are examples of queries.
std::unique_ptr<Hnsw> build_graph(const FactorRetriever::ItemVectors& vectors, const LearnerInput& input,
                                  IndexKind index, const FactorTable& users);

// A retriever of a bundle, with the index of its config.
template <typename Kind, typename Model>
std::unique_ptr<Retriever> load_factor_retriever(const StoredModel& stored, std::shared_ptr<Model> model,
                                                 FactorRetriever::ItemVectors vectors) {
  const IndexKind index = stored.retrieval == nullptr ? IndexKind::exact : stored.retrieval->index;
  auto graph = load_graph(vectors.all(), index, stored.files);
  return std::make_unique<Kind>(std::move(model), std::move(vectors), index, std::move(graph));
}

}  // namespace shortlist
