// Layers without parameters that combine several inputs or transform one.
#pragma once

#include "shortlist/layers/dense.h"

namespace shortlist {

// Concatenates its inputs: y[B, sum of widths].
struct Concat : LayerOf<Concat> {
  static constexpr const char* kKind = "concat";

  bool concat = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("concat", concat, "Always true. Concatenates the inputs.");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.affine = true, .input_place = InputPlace::in_output}; }
};

// The sum of inputs of equal width.
struct Add : LayerOf<Add> {
  static constexpr const char* kKind = "add";

  bool add = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("add", add, "Always true. Adds inputs of equal width.");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.affine = true}; }
};

// The elementwise product of inputs of equal width.
struct Multiply : LayerOf<Multiply> {
  static constexpr const char* kKind = "multiply";

  bool multiply = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("multiply", multiply, "Always true. Multiplies inputs of equal width, elementwise.");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
};

// The dot products of each pair of F inputs [B,D], as in DLRM (Naumov et al. 2019): the lower triangle of the
// Gram matrix, row by row: (1,0), (2,0), (2,1), ... y[B, F (F-1) / 2], or with self interaction y[B, F (F+1)
// / 2].
struct DotInteraction : LayerOf<DotInteraction> {
  static constexpr const char* kKind = "dot_interaction";

  bool dot_interaction = true;
  bool self_interaction = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("dot_interaction", dot_interaction,
          "Always true. Computes the dot product of each pair of inputs.");
    visit("self_interaction", self_interaction,
          "Whether to include the dot product of each input with itself");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.input_place = InputPlace::side_by_side}; }
};

// y = x / max(|x|, 1e-6), by rows. The epsilon of the square is 1e-12, as in tf.math.l2_normalize.
struct L2Normalize : LayerOf<L2Normalize> {
  static constexpr const char* kKind = "l2_normalize";

  bool l2_normalize = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("l2_normalize", l2_normalize, "Always true. Scales each row to length 1.");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
};

// y = activation(x).
struct Activate : LayerOf<Activate> {
  static constexpr const char* kKind = "activation";

  Activation activation = Activation::relu;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("activation", activation, "The function, applied elementwise");
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  LayerTraits traits() const override { return {.affine = activation == Activation::linear}; }
};

}  // namespace shortlist
