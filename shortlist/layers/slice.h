// Some columns of its input: y[B,width] = x[:, begin : begin + width].
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Slice : LayerOf<Slice> {
  static constexpr const char* kKind = "slice";

  int begin = 0, width = 1;

  Slice() = default;
  Slice(int first, int columns) : begin(first), width(columns) {}
  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("begin", begin, "First column", Range::between(0, kMostWidth));
    visit("width", width, "Number of columns", Range::between(1, kMostWidth));
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.affine = true, .keeps_output = false}; }
};

}  // namespace shortlist
