// The slow, obvious twins of the products and passes, and a way to run the fast ones on every kind of vector
// that this processor has. For tests alone. Where a twin fixes the order of a sum (one std::fma at a time),
// targets with fused multiply-add must agree with it to the bit.
#pragma once

#include <string>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/product.h"

namespace shortlist::reference {

// Calls test(name, fused) with the fast code set to each target that was built and that this processor has;
// fused: it has fused multiply-add.
void for_each_target(FunctionRef<void(const std::string& name, bool fused)> test);

// Calls test(name) for matrix tiles and for the loop that stands in for them, where this processor has them
// and what the loop needs; returns whether it has either.
bool for_each_tiles(FunctionRef<void(const std::string& name)> test);
constexpr const char* kNoTiles = "needs matrix tiles, or AVX-512 with bfloat16 for the loop in their place";

// c = a b or c += a b, b not packed.
void multiply(ConstMatrix a, ConstMatrix b, Matrix c, bool add = false, const Epilogue& epilogue = {},
              Precision precision = Precision::float32);

float dot(std::span<const float> x, std::span<const float> y);
float sum(std::span<const float> x);

double activation(Activation kind, double x);
double slope(Activation kind, double x);  // its derivative, from x alone

// The 16 bits that decide about the element at `position`.
uint32_t dropout_bits(uint64_t key, uint64_t position);

struct Moments {
  float m, v, w;
};
Moments adam(const AdamStep& step, float gradient, Moments before);

}  // namespace shortlist::reference
