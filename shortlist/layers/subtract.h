// The difference of two inputs of equal width: y = a - b. a, b and y [B,D].
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Subtract : LayerOf<Subtract> {
  static constexpr const char* kKind = "subtract";

  bool subtract = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("subtract", subtract, "Always true. Subtracts the second input from the first.");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.keeps_output = false}; }
};

}  // namespace shortlist
