// Losses of the order of a group's rows, averaged over the groups. z = score / temperature; w are the rows'
// weights.
#pragma once

#include "shortlist/losses/group_loss.h"
#include "shortlist/losses/label_scale.h"

namespace shortlist {

// The negative log likelihood of the order of the labels, where the next row is drawn with probability
// softmax(z) among those that are left: sum_i w_i (log sum_{j >= i} exp z_j - z_i), rows by descending label,
// equal labels in the order of the batch. Xia et al. 2008; keras-rs's ListMLELoss, which has one weight for
// a list.
struct ListMle {
  static constexpr const char* kName = "list_mle";
  static constexpr Prediction kPrediction = Prediction::score;
  static constexpr bool kOverGroups = true;

  template <typename Visitor>
  void fields(Visitor&) {}
  double at(const ScoredGroup& group, double temperature) const;
};

// The cross-entropy of the labels with the softmax of the group's scores: -sum_i w_i label_i log
// softmax(z)_i. With one label of 1 in each group it is the log loss of choosing that row. Cao et al. 2007
// (ListNet); Keras's CategoricalCrossentropy(from_logits=True) with a group as a row.
struct ListwiseSoftmax {
  static constexpr const char* kName = "listwise_softmax";
  static constexpr Prediction kPrediction = Prediction::score;
  static constexpr bool kOverGroups = true;

  template <typename Visitor>
  void fields(Visitor&) {}
  double at(const ScoredGroup& group, double temperature) const;
};

}  // namespace shortlist
