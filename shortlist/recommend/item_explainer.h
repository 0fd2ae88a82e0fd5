// Explains the scores of items for a query, for a bundle with towers: the contribution of each query feature
// to the predictions, and to the scores if the towers compute them.
#pragma once

#include <vector>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/model/plan.h"
#include "shortlist/recommend/query_explainer.h"
#include "shortlist/retrieval/explanation.h"

namespace shortlist {

class Session;

class ItemExplainer {
 public:
  // `query` has the features of the query tower. Both arguments must outlive it.
  ItemExplainer(const Bundle& bundle, const FeatureMap& query);

  // Returns an explanation for each item, for the query in the columns' first row. The caller provides the
  // session.
  std::vector<Explanation> explain(Session& session, const std::vector<Column>& query,
                                   const std::vector<uint32_t>& items, const Deadline& deadline = {});

 private:
  // The vector of each query feature, as the tower's input.
  std::vector<std::vector<float>> feature_vectors(const std::vector<Column>& query);
  void explain_scores(const std::vector<uint32_t>& items, const Deadline& deadline,
                      std::vector<Explanation>& explanations);
  // Predicts each item with the whole query and with each of its features left out.
  void explain_predictions(Session& session, const std::vector<Column>& query,
                           const std::vector<uint32_t>& items, const Deadline& deadline,
                           std::vector<Explanation>& explanations);

  const Bundle& bundle_;
  const FeatureMap& features_;
  std::vector<int> nodes_;  // those of the query's features, by feature  // where the features enter the
                            // tower, in its order
  Plan entry_;              // computes these nodes
  ThreadPool pool_{1};
  QueryExplainer explainer_;
};

}  // namespace shortlist
