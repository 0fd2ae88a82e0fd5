// Why an item has its score.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

// What a feature of the query gives to an item's score, and how far each prediction falls without it.
struct FeatureShare {
  std::string feature, column;
  double score = 0;
  std::vector<double> predictions;  // predicted with it less predicted without it, of each label
};
struct Explanation {
  std::string method;   // "additive" or "integrated_gradients": query_explainer.h
  double constant = 0;  // score = constant + the features' scores; all 0 without a retrieval task
  std::vector<FeatureShare> features;
};

}  // namespace shortlist
