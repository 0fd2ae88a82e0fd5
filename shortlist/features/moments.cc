#include "shortlist/features/moments.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

constexpr double kLeastSquare = 1e-250;  // below it the rounding error of a product could be subnormal

}  // namespace

// Adds x = mantissa * 2^(exponent - 1075) to the three digits that its 53 bits can overlap.
void ExactSum::add(double x) {
  const auto bits = std::bit_cast<uint64_t>(x);
  const int exponent = static_cast<int>(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & 0xfffffffffffffu;
  if (exponent > 0) mantissa |= uint64_t{1} << 52;
  if (mantissa == 0) return;
  if (--room_ == 0) carry();
  const int at = std::max(exponent, 1) + 13;  // 1088 - 1075
  const uint128 wide = static_cast<uint128>(mantissa) << (at % 32);
  int64_t* digit = &digits_[static_cast<size_t>(at / 32)];
  const int64_t sign = bits >> 63 != 0 ? -1 : 1;
  for (int i = 0; i < 3; ++i)
    digit[i] += sign * static_cast<int64_t>(static_cast<uint32_t>(wide >> (32 * i)));
}

// In powers of two, by which multiplication is exact.
void ExactSum::add_times(double x, uint32_t count) {
  for (; count != 0; count &= count - 1) add(x * static_cast<double>(count & -count));
}

void ExactSum::add_product(double a, double b, uint32_t count) {
  const double product = a * b;
  if (std::abs(product) < kLeastSquare) return;
  add_times(product, count);
  add_times(std::fma(a, b, -product), count);
}

void ExactSum::merge(const ExactSum& other) {
  ExactSum copy = other;
  copy.carry();
  carry();
  for (size_t i = 0; i < kDigits; ++i) digits_[i] += copy.digits_[i];
  carry();
}

// Brings every digit but the highest into [0, 2^32); the highest has the sign.
void ExactSum::carry() {
  for (size_t i = 0; i + 1 < kDigits; ++i) {
    const int64_t over = digits_[i] >> 32;  // floor
    digits_[i] -= over * (int64_t{1} << 32);
    digits_[i + 1] += over;
  }
  room_ = int64_t{1} << 30;
}

double ExactSum::value() {
  carry();
  ExactSum positive = *this;
  const bool negative = digits_.back() < 0;
  if (negative) {
    for (int64_t& digit : positive.digits_) digit = -digit;
    positive.carry();
  }
  // From the lowest digit up: each step rounds once, far below the digits that follow.
  double value = 0;
  for (int i = 0; i < kDigits; ++i) {
    const auto digit = static_cast<double>(positive.digits_[static_cast<size_t>(i)]);
    if (digit != 0) value += std::ldexp(digit, 32 * i - 1088);
  }
  return negative ? -value : value;
}

void Moments::add(double x, uint32_t count) {
  if (count == 0) return;
  least_ = count_ == 0 ? x : std::min(least_, x);
  most_ = count_ == 0 ? x : std::max(most_, x);
  count_ += count;
  sum_.add_times(x, count);
  squares_.add_product(x, x, count);
}

void Moments::merge(const Moments& other) {
  if (other.count_ == 0) return;
  least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
  most_ = count_ == 0 ? other.most_ : std::max(most_, other.most_);
  count_ += other.count_;
  sum_.merge(other.sum_);
  squares_.merge(other.squares_);
}

double Moments::mean() const {
  return count_ == 0 ? 0 : ExactSum(sum_).value() / static_cast<double>(count_);
}

// The sum of (x - mean)^2 = squares - 2 mean sum + count mean^2, without intermediate rounding: squares of
// numbers that are large compared with their deviation, such as times, would cancel.
double Moments::deviation() const {
  if (count_ == 0) return 0;
  const double m = mean();
  ExactSum total = squares_, rest = sum_;
  for (int piece = 0; piece < 4; ++piece) {
    const double part = rest.value();
    rest.add(-part);
    total.add_product(-2 * m, part);
  }
  const double square = m * m, square_error = std::fma(m, m, -square);
  total.add_product(static_cast<double>(count_), square);
  total.add_product(static_cast<double>(count_), square_error);
  return std::sqrt(std::max(total.value(), 0.0) / static_cast<double>(count_));
}

}  // namespace shortlist
