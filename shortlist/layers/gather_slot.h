// Copies one slot of a row of the parent set: row i of a segment is the columns [i width, (i + 1) width) of
// the parent's row, y[N,width]. Its rows are segments of the parent's rows. backward()'s row range is over
// the parent's rows.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct GatherSlot : LayerOf<GatherSlot> {
  static constexpr const char* kKind = "gather_slot";

  int width = 1;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("width", width, "Columns of a slot", Range::between(1, kMostWidth));
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange source_rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.input_rows = InputRows::parent}; }
};

}  // namespace shortlist
