// Dropout: in training each element is kept with probability 1 - rate and scaled by 1 / (1 - rate), else 0;
// in inference y = x. x and y [B,D]. The mask is a pure function of (seed, step, node, row, column).
// Where rows of x stand for several rows of y, it copies them on the way.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Dropout : Layer {
  float dropout = 0.5f;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("dropout", dropout, "rate: the share of elements that are dropped", Range::below(0, 1));
  }

  std::string_view kind() const override { return "dropout"; }
  Value settings() const override { return write_fields(*this); }
  bool affine() const override { return true; }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  bool tells_copies_apart() const override { return dropout > 0; }
  Rounding rounding() const override { return {.output = true}; }
  bool keeps_output() const override { return false; }
  bool forward_in_place() const override { return true; }
  bool backward_in_place() const override { return true; }
};

}  // namespace shortlist
