// One column of ones, with a row for each row of its input.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Ones : LayerOf<Ones> {
  static constexpr const char* kKind = "ones";

  template <typename Visitor>
  void fields(Visitor&) {}
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.affine = true, .keeps_output = false}; }
};

}  // namespace shortlist
