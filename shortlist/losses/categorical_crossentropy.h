// Cross-entropy of a class and K logits: log sum_k exp x_k - x_label, averaged over the rows. Labels are the
// numbers 0 to K - 1. Keras's SparseCategoricalCrossentropy(from_logits=True).
#pragma once

#include "shortlist/losses/loss.h"

namespace shortlist {

struct CategoricalCrossentropy {
  static constexpr const char* kName = "categorical_crossentropy";
  static constexpr Prediction kPrediction = Prediction::classes;

  int classes = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("classes", classes,
          "For categorical_crossentropy: the number of classes. Labels are the numbers 0 to classes - 1.",
          Range::between(0, 10'000));
  }
  LossPtr make() const;
};

}  // namespace shortlist
