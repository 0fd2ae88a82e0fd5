// Why an item has its score.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

// What a feature of the query contributes to an item's score, and by how much each prediction falls without
// it.
struct FeatureShare {
  std::string feature, column;
  double score = 0;
  std::vector<double> predictions;  // predicted with it less predicted without it, for each label
};
struct Explanation {
  // How the score was taken apart: "additive" or "integrated_gradients" by the towers
  // (recommend/query_explainer.h), or what the kind of retriever says, such as "popular".
  std::string method;
  double constant = 0;  // score = constant + the features' scores; all 0 for a retriever without scores
  std::vector<FeatureShare> features;
};

}  // namespace shortlist
