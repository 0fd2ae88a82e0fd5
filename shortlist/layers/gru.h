// Gated recurrent unit (Cho et al. 2014; GRU4Rec, Hidasi et al. 2016) along the segments of the rows, from a
// state h of zeros: z = sigmoid(x W_z + b_z + h U_z + d_z), r likewise, c = tanh(x W_c + b_c + r * (h U_c +
// d_c)), next h = z * h + (1 - z) * c. x[N,D]; y[N,units] is the state after each row. Parameters and
// defaults are those of Keras's GRU with reset_after: kernel[D,3 units] = W and recurrent_kernel[units,3
// units] = U, with the columns of z, r and c, and bias[2,3 units] = b, d.
#pragma once

#include "shortlist/layers/layer.h"

namespace shortlist {

struct Gru : LayerOf<Gru> {
  static constexpr const char* kKind = "gru";

  int gru = 32;
  Initializer initializer = Initializer::glorot_uniform;
  Initializer recurrent_initializer = Initializer::orthogonal;
  float l2 = 0, recurrent_l2 = 0;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("gru", gru, "Units: number of columns of the state, which is the output",
          Range::between(1, kMostWidth));
    visit("initializer", initializer, "Initializer of W, which multiplies the input");
    visit("recurrent_initializer", recurrent_initializer, "Initializer of U, which multiplies the state");
    visit("l2", l2, "Adds l2 sum W^2 to the loss", Range::at_least(0));
    visit("recurrent_l2", recurrent_l2, "Adds recurrent_l2 sum U^2 to the loss", Range::at_least(0));
  }
  LayerPlan plan(std::span<const int> widths) const override;
  void forward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  void backward(const Pass& pass, RowRange rows, Scratch& scratch) const override;
  size_t gradient_tasks(const Pass& pass) const override;
  void write_gradients(const Pass& pass, size_t task, Scratch& scratch) const override;
  // A step multiplies the states of a part's segments at once, so a part needs many segments.
  LayerTraits traits() const override {
    return {.along_segments = true, .segments_a_part = 24, .keeps_output = false};
  }
};

}  // namespace shortlist
