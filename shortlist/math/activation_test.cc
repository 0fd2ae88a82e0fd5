#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/testing/reference.h"

namespace shortlist {
namespace {

using Floats = std::vector<float>;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr Activation kActivations[] = {Activation::linear, Activation::relu,     Activation::sigmoid,
                                       Activation::tanh,   Activation::softplus, Activation::elu,
                                       Activation::selu,   Activation::gelu,     Activation::swish};

Floats range(float from, float to, size_t count) {
  Floats x(count);
  for (size_t i = 0; i < count; ++i) {
    x[i] = from + (to - from) * static_cast<float>(i) / static_cast<float>(count - 1);
  }
  return x;
}

ConstMatrix row(const Floats& x) { return as_row(std::span(x)); }

Floats exp_of(const Floats& x) {
  Floats out(x.size());
  exp_sum(x, 0, {}, out);
  return out;
}

// In ulp, over a million points.
double worst_error_of_exp(float from, float to) {
  const Floats x = range(from, to, 1000003), got = exp_of(x);
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double expected = std::exp(static_cast<double>(x[i]));
    const float rounded = static_cast<float>(expected);
    const double ulp = static_cast<double>(std::nextafter(rounded, kInfinity)) - rounded;
    worst = std::max(worst, std::abs(got[i] - expected) / ulp);
  }
  return worst;
}

TEST(Exp, IsWithinTwoUlp) {
  reference::for_each_target([](const std::string& target, bool) {
    SCOPED_TRACE(target);
    EXPECT_LT(worst_error_of_exp(-87.3f, 88.3f), 2);
    EXPECT_LT(worst_error_of_exp(88.3f, 88.7f), 5);
  });
}

TEST(Exp, HandlesWhatIsFarOff) {
  reference::for_each_target([](const std::string& target, bool) {
    SCOPED_TRACE(target);
    const Floats got = exp_of({-kInfinity, -1e30f, -88, 0, 89, 1e30f, kInfinity, NAN});
    for (size_t i : {0, 1, 2}) EXPECT_EQ(got[i], 0) << i;
    EXPECT_EQ(got[3], 1);
    for (size_t i : {4, 5, 6}) EXPECT_EQ(got[i], kInfinity) << i;
    EXPECT_TRUE(std::isnan(got[7]));
  });
}

TEST(Exp, SumsWhatItWrites) {
  reference::for_each_target([](const std::string& target, bool) {
    SCOPED_TRACE(target);
    for (size_t n : {0, 1, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 100}) {
      const Floats x = range(5, 90, n + 2), weights = range(1, 5, n + 2);
      const std::span in = std::span(x).first(n), weight = std::span(weights).first(n);
      Floats out(n + 1, 777);
      const std::span written = std::span(out).first(n);
      const float plain = exp_sum(in, 90, {}, written);
      EXPECT_EQ(plain, reference::sum(written));
      const float weighted = exp_sum(in, 90, weight, written);
      EXPECT_EQ(weighted, reference::sum(written));
      EXPECT_EQ(out.back(), 777);
      for (size_t i = 0; i < n; ++i) EXPECT_FLOAT_EQ(out[i], weight[i] * std::exp(x[i] - 90)) << i;
    }
  });
}

TEST(Activation, AgreesWithReference) {
  reference::for_each_target([](const std::string& target, bool) {
    for (Activation kind : kActivations) {
      SCOPED_TRACE(target + ", activation " + std::to_string(static_cast<int>(kind)));
      const Floats x = range(-20, 20, 4003);
      Floats y = x;
      activate(kind, as_row(std::span(y)));
      for (size_t i = 0; i < x.size(); ++i) {
        const double expected = reference::activation(kind, x[i]);
        // The tail of gelu is a difference of numbers near 1, as in TensorFlow.
        const double tolerance = 1e-6 * (kind == Activation::gelu ? std::abs(x[i]) : std::abs(expected));
        ASSERT_NEAR(y[i], expected, tolerance) << x[i];
      }
    }
  });
}

TEST(Activation, SmallValuesKeepTheirRelativePrecision) {
  for (Activation kind : {Activation::tanh, Activation::elu, Activation::selu}) {
    for (float x : {-1e-3f, 1e-3f, -1e-6f, 1e-6f, -1e-20f}) {
      float y = x;
      activate(kind, {&y, 1, 1, 1});
      const double expected = reference::activation(kind, x);
      EXPECT_NEAR(y, expected, 2e-7 * std::abs(expected)) << static_cast<int>(kind) << " of " << x;
    }
  }
}

TEST(Activation, GradientsMatchFiniteDifferences) {
  reference::for_each_target([](const std::string& target, bool) {
    for (Activation kind : kActivations) {
      SCOPED_TRACE(target + ", activation " + std::to_string(static_cast<int>(kind)));
      const Floats x = range(-9.03f, 9, 1001), dy = range(-1, 2, 1001);
      Floats y = x, dx(x.size());
      activate(kind, as_row(std::span(y)));
      const ConstMatrix before = gradient_from_output(kind) ? ConstMatrix() : row(x);
      activation_gradient(kind, before, row(y), row(dy), as_row(std::span(dx)));
      for (size_t i = 0; i < x.size(); ++i) {
        ASSERT_NEAR(dx[i], dy[i] * reference::slope(kind, x[i]), 2e-6) << x[i];
      }
    }
  });
}

TEST(Activation, SlopesWhereAFunctionBendsAreThoseOfTensorFlow) {
  const Floats y{0};
  Floats dx(1);
  activation_gradient(Activation::relu, {}, row(y), row(Floats{1}), as_row(std::span(dx)));
  EXPECT_EQ(dx[0], 0);
  activation_gradient(Activation::selu, {}, row(y), row(Floats{1}), as_row(std::span(dx)));
  EXPECT_FLOAT_EQ(dx[0], 1.05070098f);
}

TEST(Activation, GradientMayOverwriteTheOutput) {
  Floats y{0.5f, -0.5f}, dy{2, 2};
  activation_gradient(Activation::tanh, {}, row(y), row(dy), as_row(std::span(y)));
  EXPECT_EQ(y, (Floats{1.5f, 1.5f}));
}

TEST(Activation, KeepsNan) {
  for (Activation kind : kActivations) {
    float y = NAN;
    activate(kind, {&y, 1, 1, 1});
    EXPECT_TRUE(std::isnan(y)) << static_cast<int>(kind);
  }
}

TEST(Activation, StaysFiniteFarFromZero) {
  for (Activation kind : kActivations) {
    Floats y{-1e30f, 1e30f}, x = y, dx(2);
    activate(kind, as_row(std::span(y)));
    activation_gradient(kind, row(x), row(y), row(Floats{1, 1}), as_row(std::span(dx)));
    EXPECT_TRUE(all_finite(y) && all_finite(dx)) << static_cast<int>(kind);
  }
}

}  // namespace
}  // namespace shortlist
