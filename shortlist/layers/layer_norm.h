// Layer normalisation (Ba et al. 2016): y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with the
// mean and variance of each row. x and y [B,D], gamma and beta [D]. Settings as in Keras.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct LayerNorm : LayerOf<LayerNorm> {
  static constexpr const char* kKind = "layer_norm";

  bool layer_norm = true;
  float epsilon = 1e-3f;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("layer_norm", layer_norm, "Always true. Normalises each row.");
    visit("epsilon", epsilon, "Added to the variance", Range::above(0));
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  size_t gradient_tasks(const Pass&) const override { return 2; }
  void write_gradients(const Pass& pass, size_t task, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.keeps_output = false}; }
};

}  // namespace shortlist
