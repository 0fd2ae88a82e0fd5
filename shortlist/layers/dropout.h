// Dropout. In training, each element is kept with probability 1 - rate and scaled by 1 / (1 - rate), else set
// to 0. In inference y = x. x and y [B,D]. The mask is a pure function of (seed, step, node, row, column). If
// rows of x represent several rows of y, forward() also copies them.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Dropout : LayerOf<Dropout> {
  static constexpr const char* kKind = "dropout";

  float dropout = 0.5f;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("dropout", dropout, "Rate: the share of elements that are dropped", Range::below(0, 1));
  }

  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override {
    return {.affine = true,
            .tells_copies_apart = dropout > 0,
            .keeps_output = false,
            .forward_in_place = true,
            .backward_in_place = true,
            .rounding = {.output = true}};
  }
};

}  // namespace shortlist
