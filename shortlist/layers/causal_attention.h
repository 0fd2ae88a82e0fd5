// Scaled dot-product attention (Vaswani et al. 2017) of each row to the rows of its segment up to itself:
// y[j] = sum over i <= j of softmax(q[j] . k[i] / sqrt(d)) v[i], for each of the heads, which have d = D /
// heads columns each. Inputs q, k and v [N,D], or one input [N,3D] with all three side by side; y[N,D]. In
// training, dropout is applied to the weights. What Keras's MultiHeadAttention computes between its
// projections.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct CausalAttention : LayerOf<CausalAttention> {
  static constexpr const char* kKind = "causal_attention";

  int causal_attention = 1;
  float dropout = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("causal_attention", causal_attention, "Heads: parts of the columns that attend separately",
          Range::between(1, kMostHeads));
    visit("dropout", dropout, "Rate: the share of attention weights that are dropped in training",
          Range::below(0, 1));
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  size_t batch_multiply_adds(const Pass& pass) const override;
  LayerTraits traits() const override { return {.along_segments = true, .tells_copies_apart = dropout > 0}; }

 private:
  static constexpr int kMostHeads = 1024;
};

}  // namespace shortlist
