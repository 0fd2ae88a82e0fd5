// Feature cross of DCN-Mix, a mixture of low-rank experts: y = x0 * (sum_e g_e h_e U_e + b) + x with
// h_e = activation(activation(x V_e) C_e) and the gate g = softmax(x G). Elementwise product; inputs x0[B,D]
// and x[B,D] (x0 alone: x = x0); V_e[D,projection], C_e[projection,projection], U_e[projection,D] and
// G[D,experts], b[D], output y[B,D]. Wang et al. 2021, eq. (3), with a bias for the mixture as in their
// reference code, where the gate's weights add up to 1.
#pragma once

#include "shortlist/layers/dense.h"

namespace shortlist {

struct CrossMix : LayerOf<CrossMix> {
  static constexpr const char* kKind = "cross_mix";

  int cross_mix = 4;
  int projection = 32;
  Activation activation = Activation::tanh;
  Initializer initializer = Initializer::glorot_normal;
  float l2 = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("cross_mix", cross_mix, "Number of experts", Range::between(1, 1'000));
    visit("projection", projection, "Columns of V, C and U of each expert", Range::between(1, kMostWidth));
    visit("activation", activation, "Activation of x V and of the product with C");
    visit("initializer", initializer, "Initializer of V, C, U and the gate");
    visit("l2", l2, "Adds l2 sum W^2 to the loss, for V, C and U", Range::at_least(0));
  }

  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  size_t gradient_tasks(const Pass& pass) const override;
  void write_gradients(const Pass& pass, size_t task, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.repeats_first_input = true}; }

 private:
  size_t experts() const { return static_cast<size_t>(cross_mix); }
  size_t width_of_expert() const { return static_cast<size_t>(projection); }
  struct Views;
};

}  // namespace shortlist
