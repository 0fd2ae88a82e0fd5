// Passes over vectors of float32, with run-time dispatch: every element is the same on every processor with
// fused multiply-add. Sums (dot, sum, sum_of_squares, exp_sum) run in 16 lanes whatever the vector width,
// element i in lane i % 16 in order; then lanes j and j + 8 are added, j + 4, j + 2, and j + 1. Spans of one
// call have the same length unless said; `out` may be one of the inputs.
#pragma once

#include <cstdint>
#include <span>

#include "shortlist/math/matrix.h"

namespace shortlist {

void fill(std::span<float> out, float value);
void add(std::span<const float> x, std::span<float> out);                      // out += x
void add_scaled(std::span<const float> x, float scale, std::span<float> out);  // out += scale * x
void scale(std::span<float> out, float factor);                                // out *= factor
void multiply_add(std::span<const float> x, std::span<const float> y, std::span<float> out);  // out += x * y
float dot(std::span<const float> x, std::span<const float> y);
float sum(std::span<const float> x);
float sum_of_squares(std::span<const float> x);
float max(std::span<const float> x);  // -inf when empty; skips NaN
bool all_finite(std::span<const float> x);

// out = weights * exp(x - shift) (weights empty: 1); returns the sum of out. Error of exp below 2 ulp (5 for
// results above 2e38); 0 where it would be subnormal, which is below exp(-87.3365).
float exp_sum(std::span<const float> x, float shift, std::span<const float> weights, std::span<float> out);

// Activations, as Keras defines them.
enum class Activation { linear, relu, sigmoid, tanh, softplus, elu, selu, gelu, swish };
// In place: x becomes activation(x).
void activate(Activation activation, Matrix x);
// dx = dy * activation'(x), from x before the activation and y after it. gelu and swish look at x, linear at
// neither, the others at y; a matrix that is not looked at may be empty. dx may be dy or y.
void activation_gradient(Activation activation, ConstMatrix x, ConstMatrix y, ConstMatrix dy, Matrix dx);
// True when the gradient needs only y, so that x need not be kept.
bool gradient_from_output(Activation activation);

// Weighted sums of the columns [begin, end) over rows, each column's in row order; out[c] is column c's, and
// no other element of `out` is written. column_sums: weight[r] * x(r, c) (weight empty: 1);
// column_square_sums: weight[r] * (x(r, c) - mean[c])^2; column_product_sums: x(r, c) * y(r, c).
void column_sums(ConstMatrix x, std::span<const float> weight, size_t begin, size_t end,
                 std::span<float> out);
void column_square_sums(ConstMatrix x, std::span<const float> mean, std::span<const float> weight,
                        size_t begin, size_t end, std::span<float> out);
void column_product_sums(ConstMatrix x, ConstMatrix y, size_t begin, size_t end, std::span<float> out);

// out = keep(i) ? x * scale : 0, where keep(i) is that 16 random bits are >= threshold (at most 65536). The
// bits are a function of key and first + i only, so that forward and backward draw the same mask, whatever
// the cut into calls; `first` is a multiple of kDropoutBlock. With `add` it is added to out.
constexpr size_t kDropoutBlock = 32;
void dropout(std::span<const float> x, uint64_t key, uint64_t first, uint32_t threshold, float scale,
             std::span<float> out, bool add = false);

// Number of j with scores[j] > score, and with scores[j] == score.
struct RankCount {
  size_t greater = 0, equal = 0;
};
RankCount count_greater(std::span<const float> scores, float score);

// Adam (Kingma & Ba 2015) with Keras's epsilon: m += (1-beta1)(g-m); v += (1-beta2)(g^2-v); w -= rate * m /
// (sqrt(v) + epsilon), where rate = learning_rate * sqrt(1-beta2^t) / (1-beta1^t).
struct AdamStep {
  float rate, beta1, beta2, epsilon;
};
void adam(const AdamStep& step, std::span<const float> gradient, std::span<float> m, std::span<float> v,
          std::span<float> w);
// Adagrad: a += g^2; w -= rate * g / sqrt(a + epsilon).
void adagrad(float rate, float epsilon, std::span<const float> gradient, std::span<float> accumulator,
             std::span<float> w);
// SGD with momentum, as Keras: velocity = momentum * velocity - rate * g; w += velocity
// (nesterov: w += momentum * velocity - rate * g). With momentum 0 `velocity` may be empty.
void sgd(float rate, float momentum, bool nesterov, std::span<const float> gradient,
         std::span<float> velocity, std::span<float> w);

}  // namespace shortlist
