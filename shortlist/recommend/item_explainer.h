// Why items score as they do for a query, of a bundle with towers: what each of the query's features
// contributes to their predictions, and to their scores where the towers give those.
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
  // `query`: the features of the query tower. Both must outlive it.
  ItemExplainer(const Bundle& bundle, const FeatureMap& query);

  // An explanation for each item, of the query in the columns' first row. The session is the caller's own.
  std::vector<Explanation> explain(Session& session, const std::vector<Column>& query,
                                   const std::vector<uint32_t>& items, const Deadline& deadline = {});

 private:
  // What each feature of a query gives to the tower.
  std::vector<std::vector<float>> feature_vectors(const std::vector<Column>& query);
  void explain_scores(const std::vector<uint32_t>& items, const Deadline& deadline,
                      std::vector<Explanation>& explanations);
  // Predicts each item with the whole query and without each of its features.
  void explain_predictions(Session& session, const std::vector<Column>& query,
                           const std::vector<uint32_t>& items, const Deadline& deadline,
                           std::vector<Explanation>& explanations);

  const Bundle& bundle_;
  const FeatureMap& features_;
  std::vector<int> nodes_;  // where the features enter, in the tower's order
  Plan entry_;              // as far as these nodes
  ThreadPool pool_{1};
  QueryExplainer explainer_;
};

}  // namespace shortlist
