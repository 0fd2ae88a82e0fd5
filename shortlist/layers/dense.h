// Dense: y = activation(x W + b). x[B,K], W[K,units], b[units], y[B,units].
#pragma once

#include "shortlist/layers/layer.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

template <>
struct EnumNames<Activation> {
  static constexpr std::pair<Activation, std::string_view> names[] = {
      {Activation::linear, "linear"}, {Activation::relu, "relu"},         {Activation::sigmoid, "sigmoid"},
      {Activation::tanh, "tanh"},     {Activation::softplus, "softplus"}, {Activation::elu, "elu"},
      {Activation::selu, "selu"},     {Activation::gelu, "gelu"},         {Activation::swish, "swish"},
  };
};

struct Dense : LayerOf<Dense> {
  static constexpr const char* kKind = "dense";

  int dense = 32;
  Activation activation = Activation::linear;
  bool bias = true;
  Initializer initializer = Initializer::glorot_uniform;
  float initializer_scale = 1;
  Initializer bias_initializer = Initializer::zeros;
  float l1 = 0, l2 = 0, bias_l2 = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("dense", dense, "Units: number of columns of the output", Range::between(1, kMostWidth));
    visit("activation", activation, "Activation of x W + b");
    visit("bias", bias, "Whether to add b");
    visit("initializer", initializer, "Initializer of W");
    visit("initializer_scale", initializer_scale, "Factor by which the initial values of W are multiplied",
          Range::at_least(0));
    visit("bias_initializer", bias_initializer, "Initializer of b");
    visit("l1", l1, "Adds l1 sum|W| to the loss", Range::at_least(0));
    visit("l2", l2, "Adds l2 sum W^2 to the loss (Keras's \"l2\" is 0.01)", Range::at_least(0));
    visit("bias_l2", bias_l2, "Adds bias_l2 sum b^2 to the loss", Range::at_least(0));
  }

  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  size_t gradient_tasks(const Pass& pass) const override;
  void write_gradients(const Pass& pass, size_t task, Scratch& scratch) const override;
  LayerTraits traits() const override;
};

}  // namespace shortlist
