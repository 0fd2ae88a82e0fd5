// For tests only: slow, obvious twins of the products and passes, and a way to run the fast versions with
// every vector instruction set that this processor has. If a twin fixes the order of a sum (one std::fma at a
// time), targets with fused multiply-add must match it bit for bit.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/product.h"

namespace shortlist::reference {

// Calls test(name, fused) with the fast code set to each target that was built and that this processor
// supports. fused: the target has fused multiply-add.
void for_each_target(FunctionRef<void(const std::string& name, bool fused)> test);

// The unit for bfloat16 products, and the precisions that it supports.
struct HalfUnitInTest {
  std::string name;
  std::span<const Precision> precisions;
};
// Calls test() with each unit that this processor has or that a loop emulates. Returns whether there is any.
bool for_each_half_unit(FunctionRef<void(const HalfUnitInTest& unit)> test);
constexpr const char* kNoHalfUnit = "needs AVX-512 with bfloat16";

// c = a b or c += a b with unpacked b, in the order of the unit that is set.
void multiply(ConstMatrix a, ConstMatrix b, Matrix c, bool add = false, const Epilogue& epilogue = {},
              Precision precision = Precision::float32);

float dot(std::span<const float> x, std::span<const float> y);
float sum(std::span<const float> x);

double activation(Activation kind, double x);
double slope(Activation kind, double x);  // its derivative, computed from x

// The 16 random bits for the element at `position`.
uint32_t dropout_bits(uint64_t key, uint64_t position);

struct Moments {
  float m, v, w;
};
Moments adam(const AdamStep& step, float gradient, Moments before);

}  // namespace shortlist::reference
