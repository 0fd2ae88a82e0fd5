// Passes over vectors of float32, with run-time dispatch: every element is the same on every processor with
// fused multiply-add. Sums (dot, sum, sum_of_squares, exp_sum) run in 16 lanes whatever the vector width:
// element i is added to lane i % 16, in order; then lanes j and j + 8 are added, then j + 4, j + 2 and j + 1.
// The spans of one call have the same length unless stated otherwise; `out` may be one of the inputs.
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

// out = weights * exp(x - shift), weights 1 if empty; returns the sum of out. The error of exp is below 2 ulp
// (5 for results above 2e38). Results that would be subnormal, i.e. below exp(-87.3365), are 0.
float exp_sum(std::span<const float> x, float shift, std::span<const float> weights, std::span<float> out);

// Activations as defined by Keras.
enum class Activation { linear, relu, sigmoid, tanh, softplus, elu, selu, gelu, swish };
// In place: x becomes activation(x).
void activate(Activation activation, Matrix x);
// dx = dy * activation'(x), given x before the activation and y after it. gelu and swish read x, linear reads
// neither, the others read y; a matrix that is not read may be empty. dx may be dy or y.
void activation_gradient(Activation activation, ConstMatrix x, ConstMatrix y, ConstMatrix dy, Matrix dx);
// Whether the gradient needs only y, so that x need not be kept.
bool gradient_from_output(Activation activation);

// Weighted sums over rows of the columns [begin, end), each in row order. out[c] is the sum of column c;
// other elements of `out` are not written. column_sums: weight[r] * x(r, c), weight 1 if empty;
// column_square_sums: weight[r] * (x(r, c) - mean[c])^2; column_product_sums: x(r, c) * y(r, c).
void column_sums(ConstMatrix x, std::span<const float> weight, size_t begin, size_t end,
                 std::span<float> out);
void column_square_sums(ConstMatrix x, std::span<const float> mean, std::span<const float> weight,
                        size_t begin, size_t end, std::span<float> out);
void column_product_sums(ConstMatrix x, ConstMatrix y, size_t begin, size_t end, std::span<float> out);

// out = keep(i) ? x * scale : 0, where keep(i) means that 16 random bits are >= threshold (at most 65536).
// The bits depend only on key and first + i, so forward and backward draw the same mask however the vector is
// divided into calls; `first` is a multiple of kDropoutBlock. With `add`, the result is added to out.
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
// SGD with momentum as in Keras: velocity = momentum * velocity - rate * g; w += velocity (nesterov: w +=
// momentum * velocity - rate * g). `velocity` may be empty if momentum is 0.
void sgd(float rate, float momentum, bool nesterov, std::span<const float> gradient,
         std::span<float> velocity, std::span<float> w);

}  // namespace shortlist
