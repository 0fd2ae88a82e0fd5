// Batch normalisation: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, by columns. x and y [B,D].
// In training with the batch's mean and population variance, else with the moving ones:
// moving = momentum moving + (1 - momentum) batch. A row that stands for n equal rows counts n times. Ioffe &
// Szegedy 2015.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct BatchNorm : Layer {
  bool batch_norm = true;
  double momentum = 0.99;
  float epsilon = 1e-3f;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("batch_norm", batch_norm, "true");
    visit("momentum", momentum, "weight of the past in the moving mean and variance", Range::between(0, 1));
    visit("epsilon", epsilon, "added to the variance", Range::above(0));
  }

  std::string_view kind() const override { return "batch_norm"; }
  Value settings() const override { return write_fields(*this); }
  bool affine() const override { return true; }
  LayerPlan plan(std::span<const int> widths) const override;
  // For the batch's moments.
  bool looks_before_forward() const override { return true; }
  void look_before_forward(const Pass& pass, size_t part) const override;
  void finish_looking_forward(const Pass& pass) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  // For the gradients of gamma and beta, which dx needs.
  bool looks_before_backward() const override { return true; }
  void look_before_backward(const Pass& pass, size_t part) const override;
  void finish_looking_backward(const Pass& pass) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  bool heeds_relu_inputs() const override { return true; }
  Rounding rounding() const override { return {.dinput = true}; }
  bool keeps_output() const override { return false; }
  bool backward_in_place() const override { return true; }
  bool differs_in_training() const override { return true; }
};

}  // namespace shortlist
