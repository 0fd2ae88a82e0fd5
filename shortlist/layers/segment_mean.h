// The mean of each segment's rows: y[s] = mean of x[r] for r in [offsets[s], offsets[s + 1]), zeros for an
// empty segment. x[N,D] has one row per position, y[S,D] one per segment.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct SegmentMean : LayerOf<SegmentMean> {
  static constexpr const char* kKind = "segment_mean";

  template <typename Visitor>
  void fields(Visitor&) {}
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange segments, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange segments, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.input_rows = InputRows::segments, .keeps_output = false}; }
};

}  // namespace shortlist
