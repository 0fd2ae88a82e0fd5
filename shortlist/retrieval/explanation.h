// Why an item has its score.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace shortlist {

// The number of items of a history that an explanation names.
inline constexpr size_t kHistoryShares = 5;

// What an item of the query's history contributes: the score, and each prediction, with the whole history
// minus those without the item. These do not add up to the share of the history, since items can stand in for
// each other.
struct HistoryShare {
  uint32_t item = 0;
  double score = 0;  // 0 if the towers do not compute the scores
  std::vector<double> predictions;
};
// Keeps the kHistoryShares shares with the largest scores in size, the largest first.
void keep_largest(std::vector<HistoryShare>& shares);

// A query feature's contribution to an item's score, and the change of each prediction without the feature.
struct FeatureShare {
  std::string feature, column;
  double score = 0;
  std::vector<double> predictions;  // for each label: prediction with the feature minus prediction without it
  // Of a history: the items that change the score most, or the first prediction if the towers do not compute
  // the scores. The largest change is first, and there are at most kHistoryShares.
  std::vector<HistoryShare> history;
};
struct Explanation {
  // The attribution method: "additive" or "integrated_gradients" for towers (recommend/query_explainer.h), or
  // a name defined by the kind of retriever, such as "popular".
  std::string method;
  double constant = 0;  // score = constant + the features' scores; all 0 for a retriever without scores
  std::vector<FeatureShare> features;
};

}  // namespace shortlist
