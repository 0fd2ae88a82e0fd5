// Passes of single layers over blocks of rows, each fused into one loop, with run-time dispatch. Every
// element is the same on every processor with fused multiply-add; sums over rows run in row order.
#pragma once

#include <cstdint>
#include <span>

#include "shortlist/math/matrix.h"

namespace shortlist {

// Batch normalisation by column: normalized = (x - mean) * inverse_deviation. Each span has one number per
// column.
struct Normalization {
  std::span<const float> mean, inverse_deviation, gamma;
};
// y = gamma * normalized + beta.
void normalize(ConstMatrix x, const Normalization& by, std::span<const float> beta, Matrix y);
// Updates the per-column moments of n numbers (mean, and sum of squared deviations from it) with those of
// `more` other numbers (Chan et al. 1979).
void join_moments(float n, float more, std::span<const float> more_mean, std::span<const float> more_squares,
                  std::span<float> mean, std::span<float> squares);
// dgamma = sum over rows of dy * normalized, dbeta = sum over rows of dy.
void normalize_gradient_sums(ConstMatrix x, const Normalization& by, ConstMatrix dy, std::span<float> dgamma,
                             std::span<float> dbeta);
// dx = gamma * inverse_deviation * (dy - share[r] * (dbeta + normalized * dgamma)); with `add`, it is added
// to dx. An empty `share` means that the batch's own statistics were not used: dx = gamma * inverse_deviation
// * dy. With `positive`, dx is 0 where x is not > 0: x is the output of a ReLU, and dx is the gradient of its
// input.
void normalize_gradient(ConstMatrix x, const Normalization& by, ConstMatrix dy, std::span<const float> share,
                        std::span<const float> dgamma, std::span<const float> dbeta, bool positive, Matrix dx,
                        bool add);

// The last step of a cross layer: y = x0 * (t + diag_scale * x) + x.
void cross(ConstMatrix x0, ConstMatrix x, ConstMatrix t, float diag_scale, Matrix y);
// Gradients of cross(): dx0 = dy * (t + diag_scale * x), dx = dy * (1 + diag_scale * x0), dt = dy * x0. dx0
// and dx may be the same matrix, or have no data; add_x0 and add_x add to them. dt may be t.
void cross_gradient(ConstMatrix x0, ConstMatrix x, ConstMatrix t, float diag_scale, ConstMatrix dy,
                    Matrix dx0, bool add_x0, Matrix dx, bool add_x, Matrix dt);

// out = sum of the rows which[i] of `rows`, in order, each times weights[i] (1 if `weights` is empty).
void sum_rows(ConstMatrix rows, std::span<const uint32_t> which, std::span<const float> weights,
              std::span<float> out);

}  // namespace shortlist
