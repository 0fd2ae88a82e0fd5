// A mixture of experts: y = sum_e softmax(z)_e x_e. Inputs z[B,E], the gate's logits, and x_1[B,D] to x_E,
// output y[B,D]. Ma et al. 2018 (MMoE), eq. (6).
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Mixture : LayerOf<Mixture> {
  static constexpr const char* kKind = "mixture";

  bool mixture = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("mixture", mixture,
          "Always true. Adds the inputs after the first one, weighted by the softmax of the first, which has "
          "a column for each of them.");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
};

}  // namespace shortlist
