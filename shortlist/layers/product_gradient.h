// Gradients of the weight and bias of a product.
#pragma once

#include "shortlist/layers/pass.h"

namespace shortlist {

// The tasks that write the gradients of a packed parameter W[K,N] and of a bias b[1,N] (or nullptr), dW = Xᵀ
// dY and db = 1ᵀ dY, from x[B,K] and dy[B,N], in the precision that W is packed for. Each task computes some
// rows of dW, or db, over the first or the second half of the batch.
// The gradients may be some columns of larger ones, and db a row of a larger one.
struct ProductGradient {
  Operand x, dy;
  const ParameterState *weight, *bias;
  size_t column = 0, bias_row = 0;  // the first column in dW and db, and the row in db

  size_t tasks() const;
  void write(size_t task) const;
};

}  // namespace shortlist
