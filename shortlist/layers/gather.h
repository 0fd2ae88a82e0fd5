// Copies rows of another row set: y[r] = x[map.source[r]], or zeros for a row without a source. backward()
// sums the gradients of each source row's copies, in order; its row range is over the source's rows.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Gather : LayerOf<Gather> {
  static constexpr const char* kKind = "gather";

  template <typename Visitor>
  void fields(Visitor&) {}
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange source_rows, Scratch& scratch) const override;
  LayerTraits traits() const override {
    return {.input_rows = InputRows::parent, .input_place = InputPlace::as_output};
  }
};

}  // namespace shortlist
