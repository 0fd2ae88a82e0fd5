// Estimates a request's cost from the sizes of the model and the request, before anything is computed.
#pragma once

#include <cstddef>

#include "shortlist/recommend/recommender.h"

namespace shortlist {

// Costs are in operations, sums over the request's work. One operation takes about as long as a multiply-add
// in a matrix product. They depend on the bundle alone, not on the machine, so a request is refused
// everywhere or nowhere.
class ModelCost {
 public:
  ModelCost() = default;
  explicit ModelCost(const Recommender& recommender);

  // The cost of recommending for `queries` queries. The filter is applied once for all of them.
  double recommend(size_t queries, const RecommendOptions& options) const;
  double filter(const RecommendOptions& options) const;
  // The cost of explaining `items` items for each of `queries` queries. Histories count by their `length`.
  double explain(size_t queries, size_t items) const;
  double predict(size_t pairs) const { return static_cast<double>(pairs) * (2 * tower_ + pair_); }
  double similar(size_t items) const;

  // Approximate size in bytes of JSON.
  double answer_bytes(size_t queries, size_t items, bool explained) const;
  double item_bytes() const { return item_bytes_; }
  size_t items_of(int k) const;  // number of items in an answer for k

 private:
  double tower_ = 0, pair_ = 0;  // per row of the query tower, per pair ranked
  double search_ = 0;            // of retrieval for one query
  double compared_ = 0;          // of comparing one item's vector with all
  double explained_query_ = 0, explained_item_ = 0;
  double items_ = 0, attributes_ = 0, ratings_ = 0;
  double item_bytes_ = 0, explanation_bytes_ = 0;
  bool retrieves_ = false;
};

}  // namespace shortlist
