// Vector passes over rows of factors, padded to kFactorGroup. Every sum has a fixed order: a dot product runs
// in 16 lanes, which are joined in halves, whatever the processor's vectors are.
#pragma once

#include "shortlist/factors/factor_table.h"

namespace shortlist {

// The sum over k < width of a[k] b[k]; `width` is a multiple of kFactorGroup.
float dot_factors(const float* a, const float* b, size_t width);

// out += sum over r of weights[r] (rows_r . p) rows_r: one product with a weighted Gram matrix that is never
// formed. rows.cols is a multiple of kFactorGroup.
void add_projections(ConstMatrix rows, std::span<const float> weights, const float* p, float* out);

// out += sum over r of weights[r] rows_r.
void add_weighted_rows(ConstMatrix rows, std::span<const float> weights, float* out);

// Replaces the upper triangle of the positive definite a[n,n] by U with a = Uᵀ U. Returns false if a pivot is
// not above `least_pivot`, which means that the system is singular or not finite.
bool factorize(Matrix a, float least_pivot = 0);
// Solves Uᵀ U x = b in place.
void solve_factorized(ConstMatrix u, float* x);

// A step of Bayesian personalised ranking (Rendle et al. 2009, fig. 4) for a user's vector x, an item i that
// the user took and an item j that the user did not: raises x.y_i + b_i - x.y_j - b_j. Returns whether the
// items were in the right order before. `weight` scales the gradient of the logarithm.
struct BprStep {
  float rate = 0, regularization = 0;
  size_t width = 0;
  bool operator()(float* x, float* yi, float* yj, float* bi, float* bj, float weight) const;
  // Moves x alone: x = kept x + gain (y_i - y_j). Returns the gain. `lead` is b_i - b_j.
  float of_user(float* x, const float* yi, const float* yj, float lead, float weight) const;
  float kept() const { return 1 - rate * regularization; }
};

// A step of stochastic gradient descent towards a rating: with the error e, x += rate (e y - reg x) and
// y += rate (e x - reg y), from the values of both before the step. `parts`: x is the sum of that number of
// vectors, each of which makes the step.
void step_towards(float error, float rate, float regularization, float* x, float* y, size_t width,
                  float parts = 1);

// x = keep x + gain y
void decay_and_add(float keep, float* x, float gain, const float* y, size_t width);

}  // namespace shortlist
