#include "shortlist/testing/reference.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "shortlist/base/random.h"
#include "shortlist/math/targets.h"
#include "shortlist/math/tiles.h"

#include <hwy/highway.h>

namespace shortlist::reference {

void for_each_target(FunctionRef<void(const std::string& name, bool fused)> test) {
  for (int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::GetChosenTarget().Update(target);
    test(hwy::TargetName(target), target != HWY_SSSE3 && target != HWY_SSE4);
  }
  hwy::GetChosenTarget().DeInit();
}

bool for_each_half_unit(FunctionRef<void(const HalfUnitInTest& unit)> test) {
  constexpr Precision kPrecisions[] = {Precision::bf16, Precision::bf16x3};
  bool any = false;
  for (const auto& [unit, name] : {std::pair{Bf16Unit::loop, "a loop for tiles"},
                                   {Bf16Unit::tiles, "tiles"},
                                   {Bf16Unit::pairs, "pairs"}}) {
    if (!use_bf16_unit(unit)) continue;
    any = true;
    test({name, std::span(kPrecisions).first(multiplies_in(Precision::bf16x3) ? 2 : 1)});
  }
  use_bf16_unit(Bf16Unit::none);
  return any;
}

namespace {

// Splits a float32 into two bfloat16 and a remainder.
struct Halves {
  explicit Halves(float x) : high(round(x)), low(round(x - high)) {}
  static float round(float x) {
    const uint32_t bits = std::bit_cast<uint32_t>(x);
    return std::bit_cast<float>((bits + 0x7fff + ((bits >> 16) & 1)) &
                                0xffff0000u);  // rounded to nearest, ties to even
  }
  float high, low;
};

// See math/tiles.h.
float sum_of_tiles(ConstMatrix a, ConstMatrix b, size_t i, size_t j, float sum, Precision precision) {
  for (size_t begin = 0; begin < a.cols; begin += kTileInner) {
    const size_t end = std::min(a.cols, begin + kTileInner);
    const auto add_products = [&](float Halves::*left, float Halves::*right) {
      float pair[2] = {0, 0};
      for (size_t k = begin; k < end; ++k) {
        pair[k % 2] = std::fma(Halves(a(i, k)).*left, Halves(b(k, j)).*right, pair[k % 2]);
      }
      sum += pair[0] + pair[1];
    };
    add_products(&Halves::high, &Halves::high);
    if (precision == Precision::bf16) continue;
    add_products(&Halves::high, &Halves::low);
    add_products(&Halves::low, &Halves::high);
  }
  return sum;
}

float sum_of_pairs(ConstMatrix a, ConstMatrix b, size_t i, size_t j, float sum) {
  for (size_t begin = 0; begin < a.cols; begin += 2) {
    for (size_t k : {begin + 1, begin})
      if (k < a.cols) sum = std::fma(Halves(a(i, k)).high, Halves(b(k, j)).high, sum);
  }
  return sum;
}

}  // namespace

void multiply(ConstMatrix a, ConstMatrix b, Matrix c, bool add, const Epilogue& epilogue,
              Precision precision) {
  for (size_t i = 0; i < a.rows; ++i) {
    for (size_t j = 0; j < b.cols; ++j) {
      float sum = add ? c(i, j) : 0;
      if (precision == Precision::float32) {
        for (size_t k = 0; k < a.cols; ++k) sum = std::fma(a(i, k), b(k, j), sum);
      } else if (bf16_unit() == Bf16Unit::pairs) {
        sum = sum_of_pairs(a, b, i, j, sum);
      } else {
        sum = sum_of_tiles(a, b, i, j, sum, precision);
      }
      if (epilogue.bias != nullptr) sum += epilogue.bias[j];
      if (epilogue.relu && sum < 0) sum = 0;
      if (epilogue.gated() && !(epilogue.positive.matrix(i, j) > 0)) sum = 0;
      c(i, j) = sum;
    }
  }
}

float dot(std::span<const float> x, std::span<const float> y) {
  float lanes[16] = {};
  for (size_t i = 0; i < x.size(); ++i) lanes[i % 16] = std::fma(x[i], y[i], lanes[i % 16]);
  for (size_t half : {8, 4, 2, 1}) {
    for (size_t j = 0; j < half; ++j) lanes[j] += lanes[j + half];
  }
  return lanes[0];
}

float sum(std::span<const float> x) {
  const std::vector<float> ones(x.size(), 1.0f);
  return dot(x, ones);
}

double activation(Activation kind, double x) {
  constexpr double kScale = 1.0507009873554805, kAlpha = 1.6732632423543772;
  switch (kind) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return x > 0 ? x : 0;
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::tanh:
      return std::tanh(x);
    case Activation::softplus:
      return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case Activation::elu:
      return x > 0 ? x : std::expm1(x);
    case Activation::selu:
      return kScale * (x > 0 ? x : kAlpha * std::expm1(x));
    case Activation::gelu:
      return x * 0.5 * std::erfc(-x / std::numbers::sqrt2);
    case Activation::swish:
      return x / (1 + std::exp(-x));
  }
  return 0;
}

double slope(Activation kind, double x) {
  if (kind == Activation::linear) return 1;
  if (kind == Activation::relu) return x > 0 ? 1 : 0;
  const double step = 1e-5;
  return (activation(kind, x + step) - activation(kind, x - step)) / (2 * step);
}

uint32_t dropout_bits(uint64_t key, uint64_t position) {
  const uint64_t number = position / 32 * 16 + position % 16;
  const uint64_t keys = mix64(key + mix64(number >> 32));
  uint32_t x = static_cast<uint32_t>(number) + static_cast<uint32_t>(keys);
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15) ^ static_cast<uint32_t>(keys >> 32)) * 0x846ca68bu;
  x ^= x >> 16;
  return position % 32 < 16 ? x & 0xffff : x >> 16;
}

Moments adam(const AdamStep& step, float gradient, Moments before) {
  Moments after = before;
  after.m = std::fma(1 - step.beta1, gradient - before.m, before.m);
  after.v = std::fma(1 - step.beta2, gradient * gradient - before.v, before.v);
  after.w = before.w - step.rate * after.m / (std::sqrt(after.v) + step.epsilon);
  return after;
}

}  // namespace shortlist::reference
