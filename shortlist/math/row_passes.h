// Passes over rows for layers that run along a sequence, each fused into one loop, with run-time dispatch.
// Every element is the same on every processor with fused multiply-add; sums over columns run in 16 lanes
// (math/elementwise.h), sums over rows in row order.
#pragma once

#include <cstdint>
#include <span>

#include "shortlist/math/matrix.h"

namespace shortlist {

// Layer normalisation: y = gamma * (x - mean) * inverse + beta, with the mean of each row and inverse = 1 /
// sqrt(variance + epsilon). moments[r] = {mean, inverse}.
void normalize_rows(ConstMatrix x, float epsilon, std::span<const float> gamma, std::span<const float> beta,
                    Matrix moments, Matrix y);
// dx = inverse * (g - mean(g) - n * mean(g * n)), with g = gamma * dy and n = (x - mean) * inverse; with
// `add`, it is added to dx.
void normalize_rows_gradient(ConstMatrix x, ConstMatrix moments, std::span<const float> gamma, ConstMatrix dy,
                             Matrix dx, bool add);
// dgamma = sum over rows of dy * n, dbeta = sum over rows of dy.
void normalize_rows_gradient_sums(ConstMatrix x, ConstMatrix moments, ConstMatrix dy, std::span<float> dgamma,
                                  std::span<float> dbeta);

// The gradient of a softmax's inputs: ds[i] = p[i] * (dp[i] - mean) * scale, with mean = sum of p * dp. `dp`
// is overwritten.
void softmax_gradient(std::span<const float> p, float mean, float scale, std::span<float> dp);

// A step of a GRU with the reset after the product (Keras's reset_after) for some sequences: sequence i is at
// row rows[i] of the matrices that have all positions. With H units, a row of `gates` [.., 4H] has four
// blocks: the candidate's recurrent part u, the update gate z, the reset gate r and the candidate c. `inner`
// [n,3H] = h U + b has the recurrent parts of z, r and c.
//
// gru_step() expects x W + b for z, r and c in the row's last three blocks and fills all four:
//   z = sigmoid(z_x + z_h), r = sigmoid(r_x + r_h), u = c_h, c = tanh(c_x + r * u), h = z * h + (1 - z) * c.
// It writes the state before the step to `before`, and the new one to `state` [n,H] and to `y`.
void gru_step(std::span<const uint32_t> rows, ConstMatrix inner, Matrix gates, Matrix before, Matrix state,
              Matrix y);
// Replaces the blocks of `gates` by the gradients of u, z_x, r_x and c_x, and writes those of `inner`. On
// entry `dstate` has the gradient that the next step gives to the state, to which the row of `dy` is added;
// on return, the part of h's gradient that does not come through `inner`.
void gru_step_gradient(std::span<const uint32_t> rows, ConstMatrix before, ConstMatrix dy, Matrix gates,
                       Matrix dstate, Matrix dinner);

}  // namespace shortlist
