// Layers without parameters that put several inputs together, or reshape one.
#pragma once

#include "shortlist/layers/dense.h"

namespace shortlist {

// The inputs side by side: y[B, sum of widths].
struct Concat : Layer {
  bool concat = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("concat", concat, "true; the inputs side by side");
  }
  std::string_view kind() const override { return "concat"; }
  Value settings() const override { return write_fields(*this); }
  bool affine() const override { return true; }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
};

// The sum of inputs of one width.
struct Add : Layer {
  bool add = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("add", add, "true; the sum of inputs of one width");
  }
  std::string_view kind() const override { return "add"; }
  Value settings() const override { return write_fields(*this); }
  bool affine() const override { return true; }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
};

// The elementwise product of inputs of one width.
struct Multiply : Layer {
  bool multiply = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("multiply", multiply, "true; the elementwise product of inputs of one width");
  }
  std::string_view kind() const override { return "multiply"; }
  Value settings() const override { return write_fields(*this); }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
};

// The dot products of each pair of F inputs [B,D], as in DLRM (Naumov et al. 2019): the lower triangle of the
// Gram matrix, row by row: (1,0), (2,0), (2,1), ... y[B, F (F-1) / 2], with self interaction [B, F (F+1) /
// 2].
struct DotInteraction : Layer {
  bool dot_interaction = true;
  bool self_interaction = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("dot_interaction", dot_interaction, "true; the dot products of each pair of inputs");
    visit("self_interaction", self_interaction, "also of each input with itself");
  }
  std::string_view kind() const override { return "dot_interaction"; }
  Value settings() const override { return write_fields(*this); }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  size_t multiply_adds(const Pass& pass) const override { return pass.output.cols * pass.inputs[0].cols; }
};

// y = x / max(|x|, 1e-6), by rows (epsilon on the square 1e-12, as tf.math.l2_normalize).
struct L2Normalize : Layer {
  bool l2_normalize = true;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("l2_normalize", l2_normalize, "true; each row is scaled to length 1");
  }
  std::string_view kind() const override { return "l2_normalize"; }
  Value settings() const override { return write_fields(*this); }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
};

// y = activation(x).
struct Activate : Layer {
  Activation activation = Activation::relu;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("activation", activation, "the function, elementwise");
  }
  std::string_view kind() const override { return "activation"; }
  Value settings() const override { return write_fields(*this); }
  bool affine() const override { return activation == Activation::linear; }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
};

// Copies rows of another row set: y[r] = x[map.source[r]]. Backward sums the copies of each source row, in
// order; its row range runs over the source's rows.
struct Gather : Layer {
  std::string_view kind() const override { return "gather"; }
  Value settings() const override { return Value(Value::Table()); }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange source_rows, Scratch& scratch) const override;
};

}  // namespace shortlist
