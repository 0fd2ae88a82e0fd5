// Batch normalisation by columns: y = gamma (x - mean) / sqrt(variance + epsilon) + beta. x and y [B,D].
// Training uses the batch's mean and population variance, inference the moving ones, which training updates:
// moving = momentum moving + (1 - momentum) batch. A row that represents n equal rows counts n times. Ioffe &
// Szegedy 2015.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct BatchNorm : LayerOf<BatchNorm> {
  static constexpr const char* kKind = "batch_norm";

  bool batch_norm = true;
  double momentum = 0.99;
  float epsilon = 1e-3f;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("batch_norm", batch_norm, "Always true");
    visit("momentum", momentum, "Weight of the past in the moving mean and variance", Range::between(0, 1));
    visit("epsilon", epsilon, "Added to the variance", Range::above(0));
  }

  LayerPlan plan(std::span<const int> widths) const override;
  // Compute the batch's moments.
  void look_before_forward(const Pass& pass, size_t part) const override;
  void finish_looking_forward(const Pass& pass) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  // Compute the gradients of gamma and beta, which dx needs.
  void look_before_backward(const Pass& pass, size_t part) const override;
  void finish_looking_backward(const Pass& pass) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  // A part of a batch contributes its rows' moments, and its gradients of gamma and beta.
  void contribute_forward(const Pass& pass, std::span<float> own) const override;
  void contribute_backward(const Pass& pass, std::span<float> own) const override;
  size_t gradient_tasks(const Pass&) const override { return 0; }
  LayerTraits traits() const override {
    return {.affine = true,
            .looks_before_forward = true,
            .looks_before_backward = true,
            .keeps_output = false,
            .backward_in_place = true,
            .masks_relu_inputs = true,
            .rounding = {.dinput = true}};
  }
};

}  // namespace shortlist
