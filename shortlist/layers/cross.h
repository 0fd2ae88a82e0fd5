// Feature cross of DCN-v2: y = x0 * (activation(x W + b) + diag_scale x) + x, elementwise products; W = U V
// if low rank. Inputs x0[B,D] and x[B,D] (x0 alone: x = x0), weights W[D,D] or U[D,projection] and
// V[projection,D], and b[D], output y[B,D]. Wang et al. 2021, eq. (1). Settings as in TensorFlow
// Recommenders' Cross.
#pragma once

#include "shortlist/layers/dense.h"

namespace shortlist {

enum class CrossRank { full, low };
template <>
struct EnumNames<CrossRank> {
  static constexpr std::pair<CrossRank, std::string_view> names[] = {{CrossRank::full, "full"},
                                                                     {CrossRank::low, "low"}};
};

struct Cross : LayerOf<Cross> {
  static constexpr const char* kKind = "cross";

  CrossRank cross = CrossRank::full;
  int projection = 0;
  float diag_scale = 0;
  Activation activation = Activation::linear;
  bool bias = true;
  Initializer initializer = Initializer::truncated_normal;
  float initializer_scale = 1;
  Initializer bias_initializer = Initializer::zeros;
  float l1 = 0, l2 = 0, bias_l2 = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("cross", cross, "full: one D x D matrix; low: U V with `projection` columns in between");
    visit("projection", projection, "Columns of U, with cross = \"low\"", Range::between(0, kMostWidth));
    visit("diag_scale", diag_scale, "Adds diag_scale x to x W + b", Range::at_least(0));
    visit("activation", activation, "Activation of x W + b, before the product with x0");
    visit("bias", bias, "Whether to add b");
    visit("initializer", initializer, "Initializer of W, or of U and V");
    visit("initializer_scale", initializer_scale,
          "Factor by which the initial values of W, or of U and V are multiplied", Range::at_least(0));
    visit("bias_initializer", bias_initializer, "Initializer of b");
    visit("l1", l1, "Adds l1 sum|W| to the loss, for each matrix", Range::at_least(0));
    visit("l2", l2, "Adds l2 sum W^2 to the loss, for each matrix", Range::at_least(0));
    visit("bias_l2", bias_l2, "Adds bias_l2 sum b^2 to the loss", Range::at_least(0));
  }

  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  size_t gradient_tasks(const Pass& pass) const override;
  void write_gradients(const Pass& pass, size_t task, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.repeats_first_input = true}; }

 private:
  bool low_rank() const { return cross == CrossRank::low; }
};

}  // namespace shortlist
