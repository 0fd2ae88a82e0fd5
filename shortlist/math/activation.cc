#include <algorithm>

#include "shortlist/math/elementwise.h"
#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/activation.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// exp(x) - 1, for x <= 0.
HWY_INLINE Vector exp_minus_one(Vector x) {
  const Vector near = hn::MulAdd(exp_rest(x), hn::Mul(x, x), x);
  return hn::IfThenElse(hn::Gt(x, set(-0.34f)), near, hn::Sub(exp(x), set(1)));
}

// log(1 + x) for x in [0, 1], as 2 artanh(x / (2 + x)).
HWY_INLINE Vector log_one_plus(Vector x) {
  const Vector s = hn::Div(x, hn::Add(x, set(2)));
  const Vector series = polynomial(hn::Mul(s, s), 1, 1.0f / 3, 1.0f / 5, 1.0f / 7, 1.0f / 9, 1.0f / 11,
                                   1.0f / 13, 1.0f / 15, 1.0f / 17);
  return hn::Mul(hn::Add(s, s), series);
}

// Power series near 0; elsewhere Abramowitz & Stegun 7.1.26, accurate to 1.5e-7.
HWY_INLINE Vector erf(Vector x) {
  const Vector size = hn::Abs(x), square = hn::Mul(x, x);
  const Vector near =
      hn::Mul(x, polynomial(square, 1.128379167f, -0.3761263890f, 0.1128379167f, -0.02686617064f,
                            5.223977625e-3f, -8.548327023e-4f, 1.205533298e-4f));
  const Vector t = hn::Div(set(1), hn::MulAdd(set(0.3275911f), size, set(1)));
  const Vector sum = polynomial(t, 0, 0.254829592f, -0.284496736f, 1.421413741f, -1.453152027f, 1.061405429f);
  const Vector far = hn::NegMulAdd(sum, exp(hn::Neg(square)), set(1));
  return hn::IfThenElse(hn::Lt(size, set(0.5f)), near, hn::CopySign(far, x));
}

// The standard normal distribution function.
HWY_INLINE Vector normal_cdf(Vector x) {
  return hn::MulAdd(erf(hn::Mul(x, set(0.70710678f))), set(0.5f), set(0.5f));
}

constexpr float kSeluScale = 1.05070098f, kSeluAlpha = 1.67326324f;

// Exponential linear unit: scale * x, or scale * alpha * (exp(x) - 1) below 0.
HWY_INLINE Vector elu(Vector x, float scale, float alpha) {
  const Vector below = hn::Mul(set(scale * alpha), exp_minus_one(at_most(zero(), x)));
  return hn::IfThenElse(hn::Gt(x, zero()), hn::Mul(set(scale), x), below);
}
// At 0, where selu has a kink, the slope is that of the linear part, as in TensorFlow.
HWY_INLINE Vector elu_slope(Vector y, float scale, float alpha) {
  return hn::IfThenElse(hn::Ge(y, zero()), set(scale), hn::Add(y, set(scale * alpha)));
}

// Each activation: y as a function of x, and dy/dx as a function of x and y.
struct Relu {
  static HWY_INLINE Vector value(Vector x) { return at_least(zero(), x); }
  static HWY_INLINE Vector slope(Vector, Vector y) { return hn::IfThenElseZero(hn::Gt(y, zero()), set(1)); }
};
struct Sigmoid {
  static HWY_INLINE Vector value(Vector x) { return sigmoid(x); }
  static HWY_INLINE Vector slope(Vector, Vector y) { return hn::Mul(y, hn::Sub(set(1), y)); }
};
struct Tanh {
  static HWY_INLINE Vector value(Vector x) { return tanh(x); }
  static HWY_INLINE Vector slope(Vector, Vector y) { return hn::NegMulAdd(y, y, set(1)); }
};
struct Softplus {
  static HWY_INLINE Vector value(Vector x) {
    return hn::Add(at_least(zero(), x), log_one_plus(exp(hn::Neg(hn::Abs(x)))));
  }
  static HWY_INLINE Vector slope(Vector, Vector y) { return hn::Neg(exp_minus_one(hn::Neg(y))); }
};
struct Elu {
  static HWY_INLINE Vector value(Vector x) { return elu(x, 1, 1); }
  static HWY_INLINE Vector slope(Vector, Vector y) { return elu_slope(y, 1, 1); }
};
struct Selu {
  static HWY_INLINE Vector value(Vector x) { return elu(x, kSeluScale, kSeluAlpha); }
  static HWY_INLINE Vector slope(Vector, Vector y) { return elu_slope(y, kSeluScale, kSeluAlpha); }
};
struct Gelu {
  static HWY_INLINE Vector value(Vector x) { return hn::Mul(x, normal_cdf(x)); }
  static HWY_INLINE Vector slope(Vector x, Vector) {
    const Vector density = hn::Mul(set(0.39894228f), exp(hn::Mul(set(-0.5f), hn::Mul(x, x))));
    return hn::MulAdd(x, density, normal_cdf(x));
  }
};
struct Swish {
  static HWY_INLINE Vector value(Vector x) { return hn::Mul(x, sigmoid(x)); }
  static HWY_INLINE Vector slope(Vector x, Vector) {
    const Vector s = sigmoid(x);
    return hn::Mul(s, hn::MulAdd(x, hn::Sub(set(1), s), set(1)));
  }
};

// Calls use(kind) with the activation's struct. linear has none.
template <class Use>
HWY_INLINE void with_activation(Activation activation, Use use) {
  switch (activation) {
    case Activation::linear:
      return;
    case Activation::relu:
      return use(Relu());
    case Activation::sigmoid:
      return use(Sigmoid());
    case Activation::tanh:
      return use(Tanh());
    case Activation::softplus:
      return use(Softplus());
    case Activation::elu:
      return use(Elu());
    case Activation::selu:
      return use(Selu());
    case Activation::gelu:
      return use(Gelu());
    case Activation::swish:
      return use(Swish());
  }
}

void activate(Activation activation, Matrix x) {
  with_activation(activation, [&](auto kind) HWY_ATTR {
    for (size_t r = 0; r < x.rows; ++r) {
      for_vectors(0, x.cols, [&](auto at) HWY_ATTR { at.store(kind.value(at.load(x.row(r))), x.row(r)); });
    }
  });
}

void activation_gradient(Activation activation, const ConstMatrix& x, const ConstMatrix& y,
                         const ConstMatrix& dy, const Matrix& dx) {
  const ConstMatrix& before = x.data == nullptr ? y : x;
  with_activation(activation, [&](auto kind) HWY_ATTR {
    for (size_t r = 0; r < dx.rows; ++r) {
      for_vectors(0, dx.cols, [&](auto at) HWY_ATTR {
        const Vector slope = kind.slope(at.load(before.row(r)), at.load(y.row(r)));
        at.store(hn::Mul(at.load(dy.row(r)), slope), dx.row(r));
      });
    }
  });
}

float exp_sum(std::span<const float> x, float shift, std::span<const float> weights, std::span<float> out) {
  Vector lanes[kSumVectors];
  for (Vector& lane : lanes) lane = zero();
  for_sum_lanes(x.size(), lanes, [&](auto at, Vector sum) HWY_ATTR {
    Vector e = at.only(exp(hn::Sub(at.load(x.data()), set(shift))));
    if (!weights.empty()) e = hn::Mul(e, at.load(weights.data()));
    at.store(e, out.data());
    return hn::Add(sum, e);
  });
  return join_lanes(lanes, Sum());
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(activate);
HWY_EXPORT(activation_gradient);
HWY_EXPORT(exp_sum);

float exp_sum(std::span<const float> x, float shift, std::span<const float> weights, std::span<float> out) {
  SHORTLIST_CHECK(x.size() == out.size() && (weights.empty() || weights.size() >= x.size()));
  return HWY_DYNAMIC_DISPATCH(exp_sum)(x, shift, weights, out);
}

void activate(Activation activation, Matrix x) { HWY_DYNAMIC_DISPATCH(activate)(activation, x); }

void activation_gradient(Activation activation, ConstMatrix x, ConstMatrix y, ConstMatrix dy, Matrix dx) {
  const auto fits = [&](const ConstMatrix& m) { return m.rows == dx.rows && m.cols == dx.cols; };
  SHORTLIST_CHECK(fits(dy));
  if (activation == Activation::linear) {
    for (size_t r = 0; r < dx.rows; ++r) std::copy_n(dy.row(r), dx.cols, dx.row(r));
    return;
  }
  SHORTLIST_CHECK(fits(y) && (gradient_from_output(activation) || fits(x)));
  HWY_DYNAMIC_DISPATCH(activation_gradient)(activation, x, y, dy, dx);
}

bool gradient_from_output(Activation activation) {
  return activation != Activation::gelu && activation != Activation::swish;
}

}  // namespace shortlist
#endif
