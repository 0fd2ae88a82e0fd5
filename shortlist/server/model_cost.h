// Estimates what a request costs, from the sizes of the model and of the request, before anything is
// computed.
#pragma once

#include <cstddef>

#include "shortlist/recommend/recommender.h"

namespace shortlist {

// Costs are in operations, about the time of a multiply-add in a matrix product: sums over what a request
// does. They depend on the bundle alone, not on the machine, so a request is refused everywhere or nowhere.
class ModelCost {
 public:
  ModelCost() = default;
  explicit ModelCost(const Recommender& recommender);

  // Of answering so many queries. The filter is applied once for all of them.
  double recommend(size_t queries, const RecommendOptions& options) const;
  double filter(const RecommendOptions& options) const;
  // Of explaining so many items of so many queries.
  double explain(size_t queries, size_t items) const;
  double predict(size_t pairs) const { return static_cast<double>(pairs) * (2 * tower_ + pair_); }
  double similar(size_t items) const;

  // Bytes of JSON, about.
  double answer_bytes(size_t queries, size_t items, bool explained) const;
  double item_bytes() const { return item_bytes_; }
  size_t items_of(int k) const;  // that an answer for k has

 private:
  double tower_ = 0, pair_ = 0;  // of a row of the query tower, of the ranking
  double search_ = 0;            // of retrieving for a query
  double compared_ = 0;          // of comparing an item's vector with all
  double explained_item_ = 0;
  double items_ = 0, attributes_ = 0, ratings_ = 0;
  double item_bytes_ = 0, explanation_bytes_ = 0;
  bool retrieves_ = false;
};

}  // namespace shortlist
