// The slow, obvious twins of the products and passes, and a way to run the fast ones on every kind of vector
// that this processor has. For tests alone. Where a twin fixes the order of a sum (one std::fma at a time),
// targets with fused multiply-add must agree with it to the bit.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/product.h"

namespace shortlist::reference {

// Calls test(name, fused) with the fast code set to each target that was built and that this processor has;
// fused: it has fused multiply-add.
void for_each_target(FunctionRef<void(const std::string& name, bool fused)> test);

// What products in bfloat16 are set to, and the precisions that it has.
struct HalfUnitInTest {
  std::string name;
  std::span<const Precision> precisions;
};
// Calls test() with each that this processor has or that a loop stands in for; returns whether there is any.
bool for_each_half_unit(FunctionRef<void(const HalfUnitInTest& unit)> test);
constexpr const char* kNoHalfUnit = "needs AVX-512 with bfloat16";

// c = a b or c += a b, b not packed; in the order of the unit that is set.
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
