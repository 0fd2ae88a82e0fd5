// The age of a pair's item: inputs at[B,3] and since[B,3], each whole days, the rest of the day and whether
// the time is known. With d the days between them and k whether both are known, y[B,2] = (k sign(d) log(1 +
// |d|), k).
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Age : LayerOf<Age> {
  static constexpr const char* kKind = "age";

  template <typename Visitor>
  void fields(Visitor&) {}
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  // The inputs are numbers of the table, but they share their rows' memory with outputs that are trained.
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.keeps_output = false}; }
};

}  // namespace shortlist
