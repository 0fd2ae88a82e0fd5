// Why an item has its score.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

// A query feature's contribution to an item's score, and the change of each prediction without the feature.
struct FeatureShare {
  std::string feature, column;
  double score = 0;
  std::vector<double> predictions;  // for each label: prediction with the feature minus prediction without it
};
struct Explanation {
  // The attribution method: "additive" or "integrated_gradients" for towers (recommend/query_explainer.h), or
  // a name defined by the kind of retriever, such as "popular".
  std::string method;
  double constant = 0;  // score = constant + the features' scores; all 0 for a retriever without scores
  std::vector<FeatureShare> features;
};

}  // namespace shortlist
