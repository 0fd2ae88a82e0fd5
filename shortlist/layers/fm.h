// The second-order term of a factorisation machine: y[B,1], the sum of the dot products of all pairs of the F
// inputs v_f[B,D], computed as (|sum_f v_f|^2 - sum_f |v_f|^2) / 2. Rendle 2010, eq. (5); Guo et al. 2017
// (DeepFM), eq. (2).
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct FactorizationMachine : LayerOf<FactorizationMachine> {
  static constexpr const char* kKind = "fm";

  bool fm = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("fm", fm,
          "Always true. The sum of the dot products of all pairs of inputs, which have equal widths.");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
};

}  // namespace shortlist
