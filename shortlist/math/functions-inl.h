// exp, sigmoid and tanh of vectors; compiled once for each target (Highway's foreach_target).
#if defined(SHORTLIST_MATH_FUNCTIONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SHORTLIST_MATH_FUNCTIONS_INL_H_
#undef SHORTLIST_MATH_FUNCTIONS_INL_H_
#else
#define SHORTLIST_MATH_FUNCTIONS_INL_H_
#endif

#include "shortlist/math/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// first + x (second + x (...)).
HWY_INLINE Vector polynomial(Vector, float only) { return set(only); }
template <class... Rest>
HWY_INLINE Vector polynomial(Vector x, float first, Rest... rest) {
  return hn::MulAdd(polynomial(x, rest...), x, set(first));
}

// (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2 (Cephes, expf).
HWY_INLINE Vector exp_rest(Vector r) {
  return polynomial(r, 5.0000001201e-1f, 1.6666665459e-1f, 4.1665795894e-2f, 8.3334519073e-3f,
                    1.3981999507e-3f, 1.9875691500e-4f);
}

// exp(x) = 2^n exp(r); 0 where the result would be subnormal, inf on overflow, NaN for NaN.
HWY_INLINE Vector exp(Vector x) {
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the lowest bits.
  constexpr float kRound = 12582912, kLowest = -87.33654f;
  const Vector rounded = at_most(set(kRound + 127), hn::MulAdd(x, set(1.44269504f), set(kRound)));
  const Vector n = hn::Sub(rounded, set(kRound));
  const Vector r = hn::NegMulAdd(n, set(-2.12194440e-4f), hn::NegMulAdd(n, set(0.693359375f), x));
  const Vector fraction = hn::MulAdd(exp_rest(r), hn::Mul(r, r), hn::Add(r, set(1)));
  const auto exponent = hn::ShiftLeft<23>(hn::Add(hn::BitCast(kInts, rounded), hn::Set(kInts, 127)));
  return hn::IfThenZeroElse(hn::Lt(x, set(kLowest)), hn::Mul(fraction, hn::BitCast(kFloats, exponent)));
}

HWY_INLINE Vector sigmoid(Vector x) {
  const Vector e = exp(hn::Neg(hn::Abs(x)));
  return hn::Div(hn::IfThenElse(hn::Lt(x, zero()), e, set(1)), hn::Add(e, set(1)));
}

HWY_INLINE Vector tanh(Vector x) {
  const Vector size = hn::Abs(x), square = hn::Mul(x, x);
  const Vector near =
      hn::MulAdd(hn::Mul(polynomial(square, -3.33332819422e-1f, 1.33314422036e-1f, -5.37397155531e-2f,
                                    2.06390887954e-2f, -5.70498872745e-3f),
                         square),
                 x, x);  // Cephes, tanhf
  const Vector far = hn::Sub(set(1), hn::Div(set(2), hn::Add(exp(hn::Add(size, size)), set(1))));
  return hn::IfThenElse(hn::Lt(size, set(0.625f)), near, hn::CopySign(far, x));
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#endif  // SHORTLIST_MATH_FUNCTIONS_INL_H_
