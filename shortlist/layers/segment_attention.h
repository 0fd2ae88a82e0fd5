// The weighted sum of each segment's rows: y[s] = sum of w[r] v[r] for r in [offsets[s], offsets[s + 1]),
// zeros for an empty segment. Inputs scores[N,1] and v[N,D] have one row per position, y[S,D] one per
// segment. The weights are the scores, as in DIN (Zhou et al. 2018), or their softmax over the segment.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct SegmentAttention : LayerOf<SegmentAttention> {
  static constexpr const char* kKind = "segment_attention";

  bool softmax = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("softmax", softmax, "Whether the weights are the softmax of the scores, or the scores");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange segments, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange segments, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.input_rows = InputRows::segments, .keeps_output = false}; }

 private:
  std::span<float> weights(const Pass& pass, RowRange rows, Scratch& scratch) const;
};

}  // namespace shortlist
